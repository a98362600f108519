/** Deeper values stand no further to the right. */
const maxIndent = 40;

/**
 * A JSON text with a line for each value, each token as it was written: reading it and writing it again would change the digits of
 * large numbers. The text has to be JSON.
 */
export function indentJson(text: string): string {
  const lines: string[] = [];
  let line = '';
  let depth = 0;
  const end = () => {
    lines.push(line);
    line = '  '.repeat(Math.min(depth, maxIndent));
  };
  for (const [token] of text.matchAll(tokens)) {
    if (token === '{' || token === '[') {
      line += token;
      depth += 1;
      end();
    } else if (token === '}' || token === ']') {
      depth -= 1;
      end();
      line += token;
    } else if (token === ',') {
      line += token;
      end();
    } else {
      line += token === ':' ? ': ' : token;
    }
  }
  lines.push(line);
  return lines.join('\n');
}

/** Objects and arrays without content stay in one line. */
const tokens = /"(?:[^"\\]|\\.)*"|\{\s*\}|\[\s*\]|[{}[\],:]|[^\s{}[\],:"]+/g;
