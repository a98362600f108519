import { Controller, Param } from '@nestjs/common';
import type { JobTypeList, JobTypeView } from '@jobstream/contracts/rest';
import { Route } from '../http/route.js';
import { PublishedJobTypes } from './published-job-types.js';

@Controller()
export class JobTypesController {
  constructor(private readonly jobTypes: PublishedJobTypes) {}

  @Route('GET /v1/job-types')
  list(): Promise<JobTypeList> {
    return this.jobTypes.list();
  }

  @Route('GET /v1/job-types/{type}')
  find(@Param('type') type: string): Promise<JobTypeView> {
    return this.jobTypes.find(type);
  }

  @Route('DELETE /v1/job-types/{type}')
  async delete(@Param('type') type: string): Promise<void> {
    await this.jobTypes.delete(type);
  }
}
