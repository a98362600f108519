import { Controller, Param, Req } from '@nestjs/common';
import type { JobTypeList, JobTypeView, NewSecret, PutJobType } from '@jobstream/contracts/rest';
import type { FastifyRequest } from 'fastify';
import { Route } from '../http/route.js';
import { EndpointTypes } from './endpoint-types.js';
import { PublishedJobTypes } from './published-job-types.js';

@Controller()
export class JobTypesController {
  constructor(
    private readonly jobTypes: PublishedJobTypes,
    private readonly endpointTypes: EndpointTypes,
  ) {}

  @Route('GET /v1/job-types')
  list(): Promise<JobTypeList> {
    return this.jobTypes.list();
  }

  @Route('GET /v1/job-types/{type}')
  find(@Param('type') type: string): Promise<JobTypeView> {
    return this.jobTypes.find(type);
  }

  @Route('PUT /v1/job-types/{type}')
  put(@Param('type') type: string, @Req() request: FastifyRequest): Promise<PutJobType> {
    return this.endpointTypes.put(type, request);
  }

  @Route('POST /v1/job-types/{type}/secret')
  rotateSecret(@Param('type') type: string, @Req() request: FastifyRequest): Promise<NewSecret> {
    return this.endpointTypes.rotateSecret(type, request);
  }

  @Route('DELETE /v1/job-types/{type}')
  async delete(@Param('type') type: string, @Req() { caller }: FastifyRequest): Promise<void> {
    await this.jobTypes.delete(type, caller);
  }
}
