import type { CreatedProject } from './create-project.js';

/** What to do with a project that was written, for people. */
export function describeNextSteps({ name, folder, files }: CreatedProject): string {
  const steps = [
    ...(folder === '.' ? [] : [`cd ${folder}`]),
    'npm install',
    'npm test',
    'npx jobstream dev',
    `npx jobstream submit letter.compose '{"name": "Ada"}' --wait     # in another terminal`,
  ];
  return [`${name}: ${files.length} files written.`, '', ...steps.map((step) => `  ${step}`)].join('\n');
}
