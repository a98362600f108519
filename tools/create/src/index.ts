export { CreateError, createProject } from './create-project.js';
export type { CreatedProject, CreateOptions } from './create-project.js';
export { describeNextSteps } from './next-steps.js';
