import { applyDecorators, HttpCode, RequestMapping, RequestMethod } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { routeContracts, type RouteContract } from '@jobstream/contracts/openapi';
import type { FastifyContextConfig } from 'fastify';

const contracts = new Map(routeContracts([]).map((contract) => [contract.route, contract]));

/**
 * Serves a route as its contract declares it: method, path, scope and status come from there. Of several statuses that a
 * contract declares the lowest is the default; the controller sets the others.
 * @param config how Fastify is to read the body
 * @throws Error when no contract declares the route
 */
export function Route(
  route: RouteContract['route'],
  config: Omit<FastifyContextConfig, 'access' | 'more' | 'url' | 'method'> = {},
): MethodDecorator {
  const contract = contracts.get(route);
  if (!contract) throw new Error(`No RouteContract declares ${route}: ${howToDeclare}`);
  const [method, path] = route.split(' ') as [keyof typeof RequestMethod, string];
  return applyDecorators(
    RequestMapping({ method: RequestMethod[method], path: patternOf(path) }),
    RouteConfig({ ...config, access: contract.scope, more: contract.scopeForMore }),
    HttpCode(Math.min(...Object.keys(contract.answers).map(Number))),
  );
}

const howToDeclare =
  'add one in libs/contracts/src/openapi/routes/, with its scope, parameters, body, answers and problem codes.';

/** A path as Fastify, the audit and the metrics write it: `/images/:imageId`, where the contract has `/images/{image_id}`. */
function patternOf(path: string): string {
  const toCamel = (name: string) => name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
  return path.replaceAll(/\{(\w+)\}/g, (_, name: string) => `:${toCamel(name)}`);
}
