import {
  describeRestInterface,
  type Content,
  type OpenApiDocument,
  type Operation,
} from '@jobstream/contracts/openapi';
import { describeJobType, escapeStep } from '@jobstream/contracts';
import { jobDefinitions } from '@jobstream/jobs';
import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

/** An answer as it was received. */
export interface ReceivedAnswer {
  readonly status: number;
  /** Null without one. */
  readonly contentType: string | null;
  /** JSON if it is JSON, otherwise text. */
  readonly body: unknown;
}

const howToDeclare = 'Its contract is in libs/contracts/src/openapi/routes/.';
const documentId = 'openapi';
const problemType = 'application/problem+json';

/** Checks answers of the REST server against its OpenAPI document: every answer must be declared. */
export class DeclaredAnswers {
  private readonly ajv = new Ajv2020({
    strict: false,
    allErrors: true,
    // The document is no schema, and a linter checks those that it holds (libs/jobs).
    meta: false,
    validateSchema: false,
  });
  private readonly document: OpenApiDocument = describeRestInterface(jobDefinitions.map(describeJobType), {
    exact: true,
  });
  private readonly paths: readonly (readonly [RegExp, string])[];

  constructor() {
    addFormats.default(this.ajv);
    this.ajv.addSchema(this.document, documentId);
    this.paths = Object.keys(this.document.paths)
      // A fixed part of a path goes before a parameter.
      .sort((a, b) => Number(a.includes('{')) - Number(b.includes('{')))
      .map((path) => [new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`), path]);
  }

  /** @throws Error that shows the answer and why it is not declared */
  check(method: string, url: string, answer: ReceivedAnswer): void {
    const path = url.split('?', 1)[0]!;
    const pattern = this.paths.find(([matches]) => matches.test(path))?.[1];
    const operation = pattern === undefined ? undefined : this.document.paths[pattern]![method.toLowerCase()];
    const fault =
      pattern === undefined || !operation
        ? this.faultOfUnknownRoute(answer)
        : this.faultOf(operation, `paths/${pathStep(pattern)}/${method.toLowerCase()}`, answer);
    if (fault === undefined) return;
    const shown = JSON.stringify(answer.body)?.slice(0, 500);
    throw new Error(
      `${method} ${path} answered ${answer.status} ${shown}, which is not declared: ${fault} ${howToDeclare}`,
    );
  }

  private faultOfUnknownRoute({ contentType, body }: ReceivedAnswer): string | undefined {
    if (mediaTypeOf(contentType) !== problemType) return 'An unknown route answers with a problem.';
    return this.validate('components/schemas/Problem', body);
  }

  private faultOf(operation: Operation, pointer: string, answer: ReceivedAnswer): string | undefined {
    const { status, contentType, body } = answer;
    const response = operation.responses[status];
    if (!response) return `It declares ${Object.keys(operation.responses).join(', ')}.`;
    const mediaType = mediaTypeOf(contentType);
    if (mediaType === undefined)
      return response.content && body !== '' ? 'It has no content type.' : undefined;
    const declared = findContent(response.content, mediaType);
    if (declared === undefined) return `It declares no ${mediaType}.`;
    if (!mediaType.endsWith('json')) return undefined;
    return this.validate(`${pointer}/responses/${status}/content/${pathStep(declared)}/schema`, body);
  }

  private validate(pointer: string, body: unknown): string | undefined {
    const reference = `${documentId}#/${pointer}`;
    const validate = this.ajv.getSchema(reference) ?? this.ajv.compile({ $ref: reference });
    return validate(body) ? undefined : tell(validate.errors ?? []);
  }
}

function mediaTypeOf(contentType: string | null): string | undefined {
  return contentType?.split(';', 1)[0]!.trim().toLowerCase();
}

/** The key of a content: `image/*` stands for every image. */
function findContent(content: Content = {}, mediaType: string): string | undefined {
  const [kind] = mediaType.split('/');
  return [mediaType, `${kind}/*`].find((type) => Object.hasOwn(content, type));
}

function tell(errors: readonly ErrorObject[]): string {
  const faults = errors.map(({ instancePath, message, params }) => {
    return `${instancePath || 'the whole'} ${message} ${JSON.stringify(params)}`;
  });
  return `${faults.slice(0, 5).join('; ')}.`;
}

/** A step of a JSON Pointer in the fragment of a URL. */
function pathStep(name: string): string {
  return encodeURIComponent(escapeStep(name));
}
