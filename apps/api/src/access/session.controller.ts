import { Body, Controller, Inject, Req, Res } from '@nestjs/common';
import { sessionRequestSchema, type CallerView } from '@jobstream/contracts/rest';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { readBody } from '../http/body.js';
import { Route } from '../http/route.js';
import { KeyRing } from './key-ring.js';
import { clearCookie, writeCookie } from './session-cookie.js';

/** Where no key is needed. */
const everyone: CallerView = {
  keysRequired: false,
  keyId: null,
  owner: null,
  scopes: ['admin'],
  expiresInSeconds: null,
};

/** Signs browsers in and out. The cookie is the API key itself: nothing else has to be kept, and a session ends with its key. */
@Controller()
export class SessionController {
  constructor(@Inject(KeyRing) private readonly keys: KeyRing | undefined) {}

  @Route('GET /v1/me')
  readCaller(@Req() { caller }: FastifyRequest): CallerView {
    return this.keys && caller ? this.keys.describe(caller) : everyone;
  }

  @Route('POST /v1/session')
  async signIn(
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CallerView> {
    const { key } = readBody(sessionRequestSchema, body);
    if (!this.keys) return everyone;
    const caller = await this.keys.identify(key);
    // The audit names who signed in.
    request.caller = caller;
    reply.header('set-cookie', writeCookie(request.hostname, key));
    return this.keys.describe(caller);
  }

  @Route('DELETE /v1/session')
  signOut(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): void {
    reply.header('set-cookie', clearCookie(request.hostname));
  }
}
