import type {
  EndpointJobTypeInput,
  JobTypeList,
  JobTypeView,
  NewSecret,
  PutJobType,
  SecretRotation,
} from '@jobstream/contracts/rest';
import { get, type CallOptions } from '../connection/call-options.js';
import type { HttpCaller } from '../connection/http-caller.js';

/** The calls about job types. Errors are those of every call. */
export class JobTypeCalls {
  constructor(private readonly caller: HttpCaller) {}

  /** All job types that can be submitted, by name. */
  list({ signal }: CallOptions = {}): Promise<JobTypeList> {
    return this.caller.read<JobTypeList>(get('/v1/job-types', signal));
  }

  /**
   * The definition in force, an example of its payload, and who serves it.
   * @throws ProblemError `job_type_not_found`
   */
  read(type: string, { signal }: CallOptions = {}): Promise<JobTypeView> {
    return this.caller.read<JobTypeView>(get(pathOf(type), signal));
  }

  /**
   * Creates or replaces a job type that an HTTP endpoint serves. The answer that makes it has the secret that signs what is sent to
   * the endpoint; it is not shown again.
   * @throws ProblemError `invalid_request`; `job_type_taken` when somebody else has the type or its queue
   */
  put(type: string, wish: EndpointJobTypeInput, { signal }: CallOptions = {}): Promise<PutJobType> {
    // Made again, it would show no secret.
    return this.caller.read<PutJobType>({
      method: 'PUT',
      path: pathOf(type),
      body: JSON.stringify(wish),
      repeatable: false,
      signal,
    });
  }

  /**
   * Makes a new secret for the endpoint of a type. The one before signs as well for a while: 24 hours unless the wish says otherwise.
   * @throws ProblemError `job_type_not_found`, `job_type_without_endpoint`, `job_type_taken`
   */
  rotateSecret(type: string, wish: SecretRotation = {}, { signal }: CallOptions = {}): Promise<NewSecret> {
    return this.caller.read<NewSecret>({
      method: 'POST',
      path: `${pathOf(type)}/secret`,
      body: JSON.stringify(wish),
      repeatable: false,
      signal,
    });
  }

  /**
   * Takes a job type back, so that it cannot be submitted any more.
   * @throws ProblemError `job_type_not_found`; `job_type_served` while a worker serves it
   */
  delete(type: string, { signal }: CallOptions = {}): Promise<void> {
    return this.caller.call({ method: 'DELETE', path: pathOf(type), repeatable: true, signal });
  }
}

function pathOf(type: string): string {
  return `/v1/job-types/${encodeURIComponent(type)}`;
}
