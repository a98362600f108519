import { Controller, Param, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ProblemError } from '../http/problem-error.js';
import { pagePolicy } from '../http/page-policy.js';
import { Route } from '../http/route.js';
import { chooseEncoding, findConsole, readConsole, type ConsoleFile } from './console-files.js';

/** The console: one page, whatever its path, which reads all the rest over REST. */
@Controller()
export class ConsoleController {
  private files: Promise<ReadonlyMap<string, ConsoleFile>> | undefined;

  @Route('GET /console')
  open(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.sendPage(request, reply);
  }

  @Route('GET /console/{page}')
  openPage(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.sendPage(request, reply);
  }

  @Route('GET /console/{page}/{item}')
  openItem(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.sendPage(request, reply);
  }

  /** Its name says its content: another content has another name. */
  @Route('GET /console/assets/{asset}')
  readAsset(
    @Param('asset') name: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    reply.header('cache-control', 'public, max-age=31536000, immutable');
    return this.send(`assets/${name}`, request, reply);
  }

  private sendPage(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    reply.header('content-security-policy', pagePolicy);
    return this.send('index.html', request, reply);
  }

  /** @throws ProblemError `route_not_found` */
  private async send(name: string, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const file = (await this.read()).get(name);
    if (!file) {
      reply.header('cache-control', 'no-store');
      throw new ProblemError('route_not_found', 'The console has no such file: GET /console');
    }
    const encoding = chooseEncoding(file, request.headers['accept-encoding']);
    reply.headers({ 'content-type': file.contentType, vary: 'accept-encoding' });
    if (encoding !== 'identity') reply.header('content-encoding', encoding);
    await reply.send(file.bytes[encoding]);
  }

  /** Reads the files once; where that fails, the next request tries again. @throws ProblemError `route_not_found` */
  private read(): Promise<ReadonlyMap<string, ConsoleFile>> {
    this.files ??= readBuilt().catch((error: unknown) => {
      this.files = undefined;
      throw error;
    });
    return this.files;
  }
}

async function readBuilt(): Promise<ReadonlyMap<string, ConsoleFile>> {
  const folder = findConsole();
  if (folder !== undefined) return readConsole(folder);
  throw new ProblemError(
    'route_not_found',
    'The console is not built here: npx nx run @jobstream/console:build',
  );
}
