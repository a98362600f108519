import { describe, expect, it } from '@jest/globals';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import { describeJobType } from '@jobstream/contracts';
import { describeRestInterface, routeContracts, type RouteContract } from '@jobstream/contracts/openapi';
import { jobDefinitions } from './catalogue.js';

const document = describeRestInterface(jobDefinitions.map(describeJobType));
const routes = routeContracts(jobDefinitions.map(describeJobType));

function securityOf(scope: RouteContract['scope']): unknown[] {
  return scope === 'open' ? [] : [{ apiKey: scope === 'any' ? [] : [scope] }, {}];
}

describe('the OpenAPI document', () => {
  it('passes a public linter', async () => {
    const config = await createConfig({ extends: ['recommended'] });
    const problems = await lintFromString({ source: JSON.stringify(document), config });
    expect(problems.map(({ ruleId, message, location }) => [ruleId, message, location[0]?.pointer])).toEqual(
      [],
    );
    console.log(
      `linted ${routes.length} routes and ${Object.keys(document.components.schemas).length} schemas`,
    );
  });

  it('describes every job type as a submission of its own', () => {
    const { oneOf, discriminator } = document.components.schemas.Submission as {
      oneOf: unknown;
      discriminator: { mapping: Record<string, string> };
    };
    expect(oneOf).toEqual(
      jobDefinitions.map(({ type }) => ({ $ref: `#/components/schemas/Submission.${type}` })),
    );
    expect(Object.keys(discriminator.mapping)).toEqual(jobDefinitions.map(({ type }) => type));
  });

  it('names the scope of every route', () => {
    const needs = routes.map(({ route, scope }) => {
      const [method, path] = route.split(' ') as [string, string];
      return [route, scope, document.paths[path]![method.toLowerCase()]!.security];
    });
    expect(needs).toEqual(routes.map(({ route, scope }) => [route, scope, securityOf(scope)]));
  });

  it('describes every parameter', () => {
    const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods));
    const parameters = operations.flatMap(({ parameters = [] }) => parameters as Record<string, string>[]);
    expect(parameters.length).toBeGreaterThan(20);
    expect(parameters.filter(({ description }) => !description)).toEqual([]);
  });

  it('has only examples that intake accepts', () => {
    const examples = routes.flatMap(({ body }) =>
      Object.values(body?.examples ?? {}).map(({ value }) => body!.schema!.safeParse(value).success),
    );
    expect(examples.length).toBeGreaterThan(5);
    expect(examples).not.toContain(false);
  });
});
