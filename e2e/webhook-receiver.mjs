// A receiver of webhooks in a process of its own. Its parent hands it the secret, and asks it what it has heard.
import { createServer } from 'node:http';
import { verifySignature } from '@jobstream/client';

let secret = '';
const heard = [];
const refused = [];

const server = createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const body = Buffer.concat(chunks);
    try {
      const id = verifySignature({ headers: request.headers, body }, secret);
      const { data, timestamp } = JSON.parse(body);
      heard.push({ id, job: data.id, state: data.state, lateMs: Date.now() - Date.parse(timestamp) });
      response.writeHead(204).end();
    } catch (error) {
      refused.push(error.message);
      response.writeHead(401).end();
    }
  });
});

process.on('message', ({ ask, give }) => {
  if (give !== undefined) secret = give;
  if (ask === 'count') process.send({ count: new Set(heard.map(({ id }) => id)).size });
  if (ask === 'all') process.send({ heard, refused });
});
process.on('disconnect', () => process.exit());
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
