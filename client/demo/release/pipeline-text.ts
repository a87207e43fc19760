import { STACK } from './site';

const MINUTE = 60_000;

/**
 * The file of the pipeline: from `dev` through `qa` and `demo` to both parts of production.
 *
 * @param aliasOf how the environments are called here
 * @param frozenUntil when a freeze of `qa` ends, milliseconds since the epoch, a full minute
 */
export function pipelineText(aliasOf: (alias: string) => string, frozenUntil: number): string {
  const minute = (millis: number): string => new Date(millis).toISOString().slice(0, 16);
  return `name: ${STACK}
stack: ${STACK}
stages:
  - name: qa
    from: ${aliasOf('dev')}
    environments: ${aliasOf('qa')}
    freeze:
      - name: load test
        timeZone: UTC
        from: ${minute(frozenUntil - 10 * MINUTE)}
        to: ${minute(frozenUntil)}
  - name: demo
    environments: ${aliasOf('demo')}
    soak: 2s
  - name: prod
    environments: [${aliasOf('prod-dmz1')}, ${aliasOf('prod-dmz2')}]
    canary: true
    approvals:
      count: 2
`;
}

/** The end of a freeze that begins to be kept now: the first full minute, at least so far away. */
export function freezeEnd(nowMillis: number, atLeastMillis: number): number {
  return Math.ceil((nowMillis + atLeastMillis) / MINUTE) * MINUTE;
}
