import type { Candidates } from './candidates.js';

/** The shells that have a script. */
export const shells = ['bash', 'zsh', 'fish'] as const;
/** See {@link shells}. */
export type Shell = (typeof shells)[number];

/**
 * The script of a shell. It asks the program at each key press, so that it stays right when the program changes. The first line
 * of an answer is `words` or `files`; each line after it is a word, and its description after a tab.
 */
export function scriptOf(shell: Shell): string {
  switch (shell) {
    case 'bash':
      return bash;
    case 'zsh':
      return zsh;
    case 'fish':
      return fish;
  }
}

/** bash takes `--queue=pro` for three words, which are one for the program. */
export function joinWords(shell: Shell, words: readonly string[]): string[] {
  if (shell !== 'bash') return [...words];
  const joined: string[] = [];
  for (const [at, word] of words.entries()) {
    const isJoined = at > 0 && (word === '=' || words[at - 1] === '=');
    if (isJoined) joined.push(`${joined.pop() ?? ''}${word}`);
    else joined.push(word);
  }
  return joined;
}

/** The answer to the script of a shell. */
export function writeCandidates(shell: Shell, candidates: Candidates): string {
  if (candidates === 'files') return 'files\n';
  const lines = candidates.map(({ word, description }) => {
    // bash replaces only what stands after the `=`.
    if (shell === 'bash') return word.replace(/^--[^=]+=/, '');
    return description === '' ? word : `${word}\t${description}`;
  });
  return ['words', ...lines, ''].join('\n');
}

const bash = `# bash completion of jobstream. Load it from ~/.bashrc:  source <(jobstream completion bash)
_jobstream() {
  local line kind= current="\${COMP_WORDS[COMP_CWORD]}"
  COMPREPLY=()
  while IFS= read -r line; do
    if [[ -z "$kind" ]]; then kind="$line"; else COMPREPLY+=("$line"); fi
  done < <("\${COMP_WORDS[0]}" __complete bash -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
  if [[ "$kind" == files ]]; then
    compopt -o filenames 2>/dev/null
    while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "$current")
  fi
}
complete -F _jobstream jobstream
`;

const zsh = `#compdef jobstream
# zsh completion of jobstream. Load it from ~/.zshrc, after compinit:  source <(jobstream completion zsh)
_jobstream() {
  local -a lines candidates
  local line
  lines=("\${(@f)$("\${words[1]}" __complete zsh -- "\${(@Q)words[2,CURRENT-1]}" "\${(Q)PREFIX}" 2>/dev/null)}")
  if [[ "\${lines[1]}" == files ]]; then
    _files
    return
  fi
  for line in "\${(@)lines[2,-1]}"; do
    candidates+=("\${line/$'\\t'/:}")
  done
  _describe jobstream candidates
}
compdef _jobstream jobstream
`;

const fish = `# fish completion of jobstream. Load it from config.fish:  jobstream completion fish | source
function __jobstream_complete
    set -l words (commandline -opc)
    set -l program $words[1]
    set -e words[1]
    set -l current (commandline -ct)
    set -l lines ($program __complete fish -- $words "$current" 2>/dev/null)
    if test "$lines[1]" = files
        __fish_complete_path "$current"
    else
        set -e lines[1]
        printf '%s\\n' $lines
    end
end
complete -c jobstream -f -a '(__jobstream_complete)'
`;
