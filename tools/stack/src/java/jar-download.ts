// One download in a thread of its own. mvn-artifact-download leaves a broken connection as an uncaught error and a
// stalled one as a promise that never settles; here the first ends only this thread, and the second can be terminated.
import { parentPort, workerData } from 'node:worker_threads';
import mvnArtifactDownload from 'mvn-artifact-download';
import type { Jar } from './jars.js';

const { jar, folder, file } = workerData as { jar: Jar; folder: string; file: string };
const download = mvnArtifactDownload.default;
await download(jar, folder, undefined, file, { timeout: 30_000 });
parentPort!.postMessage('done');
