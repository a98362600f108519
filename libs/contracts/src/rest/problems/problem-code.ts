import { z } from 'zod';
import { problemKinds, type ProblemCode } from './problem-kind.js';

/** A problem's code in a shape. */
export const problemCodeSchema = z
  .enum(Object.keys(problemKinds) as [ProblemCode, ...ProblemCode[]])
  .meta({ id: 'ProblemCode' });
