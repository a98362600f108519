// The server of an endpoint, to be killed: notes each request before it works on it, and each answer before it sends it.
// Arguments: the port and the file of its notes.
import { appendFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';

const [port, file] = process.argv.slice(2);
const note = (entry) => appendFileSync(file, `${JSON.stringify(entry)}\n`);

const server = createServer((request, response) => void serve(request, response));

async function serve(request, response) {
  const body = await text(request);
  const { headers } = request;
  note({ kind: 'received', at: Date.now(), headers, body });
  await sleep(100 + Math.random() * 150);
  note({ kind: 'answered', id: headers['webhook-id'], attempt: headers['jobstream-attempt'] });
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ doubled: 2 * JSON.parse(body).payload.number }));
}

server.listen(Number(port), '127.0.0.1', () => process.send('listening'));
