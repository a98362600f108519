import { Controller, Param } from '@nestjs/common';
import { taskStatusOf, type TaskView } from '@jobstream/contracts/rest';
import { JobReader } from '@jobstream/status';
import { Route } from '../http/route.js';

@Controller()
export class TasksController {
  constructor(private readonly reader: JobReader) {}

  @Route('GET /tasks/{task_id}')
  async read(@Param('taskId') taskId: string): Promise<TaskView> {
    const { id, state, result, error } = await this.reader.read(taskId);
    const status = taskStatusOf(state);
    return { task_id: id, status, result: status === 'FAILURE' ? error : result };
  }
}
