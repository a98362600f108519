// npm run submit -- 7 ada@example.com
import { JobstreamClient } from '@jobstream/client';
import { sendInvoice } from './jobs.js';

const [id = '7', email = 'ada@example.com'] = process.argv.slice(2);
const jobs = new JobstreamClient({ url: process.env.JOBSTREAM_URL ?? 'http://127.0.0.1:3000' });

const accepted = await jobs.submit(sendInvoice, { id, email });
for await (const event of jobs.follow(accepted.id)) console.log(JSON.stringify(event));
const { state, result } = await jobs.wait(accepted.id);
console.log(JSON.stringify({ id: accepted.id, state, result }));
