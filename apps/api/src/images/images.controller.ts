import { Readable } from 'node:stream';
import { Controller, Param, Req, Res } from '@nestjs/common';
import type { JobDefinition } from '@jobstream/contracts';
import {
  faultsOf,
  taskStatusOf,
  type AcceptedTask,
  type Submission,
  type UploadedImage,
} from '@jobstream/contracts/rest';
import { imageThumbnail, inferenceOcr } from '@jobstream/jobs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Route } from '../http/route.js';
import { ProblemError } from '../http/problem-error.js';
import { Submissions } from '../jobs/submissions.js';
import { ImageUploads } from './image-uploads.js';

/** These take no options: what differs from the usual is submitted as a job. */
const nothing = z.strictObject({}).optional();

@Controller()
export class ImagesController {
  constructor(
    private readonly uploads: ImageUploads,
    private readonly submissions: Submissions,
  ) {}

  @Route('PUT /images/{image_id}', { streamed: true })
  async upload(
    @Param('imageId') imageId: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<UploadedImage> {
    const body = request.body instanceof Readable ? request.body : Readable.from([]);
    try {
      const { image, isNew } = await this.uploads.store(imageId, body, declaredBytesOf(request));
      reply.code(isNew ? 201 : 200);
      return image;
    } finally {
      // What was not read is let pass, so that the client hears the answer and the connection stays usable.
      body.resume();
    }
  }

  @Route('POST /images/{image_id}/process')
  process(
    @Param('imageId') imageId: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AcceptedTask> {
    return this.start(imageThumbnail, 'POST /images/{image_id}/process', imageId, request, reply);
  }

  @Route('POST /images/{image_id}/text')
  readText(
    @Param('imageId') imageId: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AcceptedTask> {
    return this.start(inferenceOcr, 'POST /images/{image_id}/text', imageId, request, reply);
  }

  private async start(
    { type }: JobDefinition,
    route: string,
    text: string,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<AcceptedTask> {
    const parsed = nothing.safeParse(request.body);
    if (!parsed.success)
      throw new ProblemError('invalid_request', 'This takes no body, or {}.', {
        errors: faultsOf(parsed.error),
      });
    const imageId = await this.uploads.find(text);
    const submission: Submission = { type, payload: { imageId } };
    const job = await this.submissions.submit(route, submission, request);
    reply.header('location', `/tasks/${job.id}`);
    return { task_id: job.id, status: taskStatusOf(job.state) };
  }

  @Route('GET /images/{image_id}/thumbnail')
  async thumbnail(
    @Param('imageId') imageId: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { object, body } = await this.uploads.openThumbnail(imageId);
    const tag = `"${object.sha256}"`;
    reply.headers({ etag: tag, 'cache-control': 'no-cache' });
    if (request.headers['if-none-match'] === tag) {
      body.destroy();
      await reply.code(304).send();
      return;
    }
    await reply.headers({ 'content-type': object.contentType, 'content-length': object.bytes }).send(body);
  }
}

function declaredBytesOf({ headers }: FastifyRequest): number | undefined {
  const length = headers['content-length'];
  return length === undefined ? undefined : Number(length);
}
