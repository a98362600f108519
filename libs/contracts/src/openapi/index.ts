// The REST interface, described for programs and people.
export { describeRestInterface, type OpenApiDocument } from './document.js';
export type { Content, Operation, OperationResponse } from './operation.js';
export {
  problemsOf,
  type Example,
  type Route,
  type RouteAnswer,
  type RouteBody,
  type RouteContract,
} from './route-contract.js';
export { routeContracts } from './routes.js';
