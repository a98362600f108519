import { z } from 'zod';
import { pathPattern } from './payload-path.js';

/** The path of a field in a payload: its names, joined by dots. A name with a dot in it can not be reached. */
export const payloadPath = z
  .string()
  .regex(pathPattern, 'Write the names of fields, joined by dots: customer.id.');
