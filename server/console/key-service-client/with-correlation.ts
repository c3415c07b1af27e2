import type { KeyService } from "./key-service-client.ts";

/** The same key service, told of each call that it belongs to this one of a page. */
export function withCorrelation(keyService: KeyService, correlation: string): KeyService {
  return { call: (path, input) => keyService.call(path, input, correlation) };
}
