import { z } from 'zod';

/** A mail address, plain: `ada@example.com`. Holds no white space and no control characters, so it can't leave its header. */
export const emailAddressSchema = z.email('Give a mail address, e.g. ada@example.com.').max(254);
