import type { Gate, GateCheck } from '../../decision/gate';
import { redactor } from '../../rancher/redact';
import { oneLine } from '../../rancher/wording';
import { failure } from '../classify-failure';
import type { About } from '../contract';
import type { ActivityDependencies, GateSettings } from '../dependencies';
import { accessTo, openService } from '../open-service';
import { runProgram } from './run-program';
import { sendProbe } from './send-probe';

const WHY_LIMIT = 300;

/** Checks one gate once. What it says holds no value of the service's configuration and no header of the gate's. */
export async function checkGate(
  deps: ActivityDependencies,
  { gate, ...about }: About & { gate: Gate },
  signal: AbortSignal,
): Promise<GateCheck> {
  const settings = settingsOf(deps, about, gate.name);
  const { stack, service, environment } = about.request;
  const names = { environment, stack, service };
  const check =
    settings.kind === 'http'
      ? await sendProbe(settings, names, gate.timeoutMillis, signal)
      : await runProgram(settings, { ...names, ...facts(about) }, gate.timeoutMillis, signal);
  if (check.said === '') return { passed: check.passed, why: check.why };
  // What the program said may be what it was told: the service's own values are taken out of it.
  const open = await openService(deps, about, 'never', signal);
  const said = oneLine(redactor(open?.hidden ?? [])(check.said)).slice(-WHY_LIMIT);
  return { passed: check.passed, why: `${check.why}: ${said}` };
}

function settingsOf(deps: ActivityDependencies, { request }: About, name: string): GateSettings {
  try {
    return accessTo(deps, request.environment).gate(name);
  } catch (error) {
    throw failure('Configuration', `gate ${name}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function facts({ request }: About): Record<string, string> {
  const { deploymentId, image } = request;
  return { deployment: deploymentId, ...(image === undefined ? {} : { image }) };
}
