import { JobstreamClient } from '@jobstream/client';
import { Argument, type Command } from 'commander';
import { findCandidates, type KnownName } from '../../completion/candidates.js';
import { joinWords, scriptOf, shells, writeCandidates, type Shell } from '../../completion/shells.js';
import type { Environment } from '../../program.js';

/** A key press waits no longer for names. */
const lookUpMs = 1_000;

const help = `
Load it where your shell starts:
  bash  source <(jobstream completion bash)       in ~/.bashrc
  zsh   source <(jobstream completion zsh)        in ~/.zshrc, after compinit
  fish  jobstream completion fish | source        in ~/.config/fish/config.fish
Names of types, queues and schedules come from the platform at JOBSTREAM_URL.`;

/** `jobstream completion`, and the hidden command that its scripts call at each key press. */
export function addCompletionCommands(program: Command, environment: Environment): void {
  program
    .command('completion')
    .description('Prints the script that completes commands, options and names in a shell.')
    .addArgument(new Argument('<shell>', 'your shell').choices(shells))
    .addHelpText('after', help)
    .action((shell: Shell) => void process.stdout.write(scriptOf(shell)));
  program
    .command('__complete', { hidden: true })
    .addArgument(new Argument('<shell>').choices(shells))
    .argument('[words...]')
    .action(async (shell: Shell, words: string[]) => {
      const line = joinWords(shell, words);
      const candidates = await findCandidates(program, line, (name) =>
        lookUp(name, urlOf(program, line), environment),
      );
      process.stdout.write(writeCandidates(shell, candidates));
    });
}

/** The `--url` of the line to complete, which is not parsed as one. */
function urlOf(program: Command, line: readonly string[]): string {
  const at = line.lastIndexOf('--url');
  const joined = line.findLast((word) => word.startsWith('--url='))?.slice('--url='.length);
  return (at < 0 ? joined : line[at + 1]) ?? program.opts<{ url: string }>().url;
}

/** None where the platform does not answer: what else can be offered to a person who is typing. */
async function lookUp(name: KnownName, url: string, environment: Environment): Promise<string[]> {
  const signal = AbortSignal.timeout(lookUpMs);
  try {
    const apiKey = environment.JOBSTREAM_API_KEY || undefined;
    const client = new JobstreamClient({ url, apiKey, retries: false });
    switch (name) {
      case 'type':
        return (await client.jobTypes.list({ signal })).items.map(({ type }) => type);
      case 'queue':
        return (await client.queues.list({ signal })).items.map(({ queue }) => queue);
      case 'schedule':
        return (await client.schedules.list({ signal })).items.map((schedule) => schedule.name);
    }
  } catch {
    return [];
  }
}
