import type { RancherActivities } from './contract';
import type { ActivityDependencies } from './dependencies';
import { diagnose } from './diagnose';
import { examine } from './examine/examine';
import { checkGate } from './gates/check-gate';
import { admitReleaseGate, checkReleaseGate } from './gates/check-release-gate';
import { withLease } from './lease';
import { listPending } from './list-pending';
import { accessTo } from './open-service';
import { planUpgrade } from './plan-upgrade';
import { postUpgrade } from './post-upgrade';
import { prepareUpgrade } from './prepare-upgrade';
import { copyService } from './promotion/copy-service';
import { differences } from './promotion/differences';
import { showConfig } from './promotion/show-config';
import { removeCopied } from './promotion/remove-copied';
import { readService } from './read-service';
import { readStack } from './read-stack';
import { resolveTarget } from './resolve-target';
import { follow } from './watched';
import { deactivateService, finishUpgrade, rollBackUpgrade, settlePending } from './settle-round';

/** The activities of a worker that serves the environments in `deps`. */
export function createActivities(deps: ActivityDependencies): RancherActivities {
  return {
    loadPolicy: async (request) => accessTo(deps, request.environment).policy(request),
    resolveTarget: (input) =>
      withLease(async (_lease, signal) => {
        // The resource itself holds values: it stays here.
        const { resource: _resource, ...resolved } = await resolveTarget(deps, input, signal);
        // By the time that the upgrade is posted, events come in.
        follow(deps, resolved);
        return resolved;
      }),
    readService: (input) => withLease((_lease, signal) => readService(deps, input, signal)),
    diagnose: (input) => withLease((_lease, signal) => diagnose(deps, input, signal)),
    checkGate: (input) => withLease((_lease, signal) => checkGate(deps, input, signal)),
    checkReleaseGate: ({ gate }) => withLease((_lease, signal) => checkReleaseGate(deps, gate, signal)),
    admitReleaseGate: async ({ gate }) => admitReleaseGate(deps, gate),
    prepareUpgrade: (input) => withLease((_lease, signal) => prepareUpgrade(deps, input, signal)),
    postUpgrade: (input) => withLease((lease, signal) => postUpgrade(deps, input, lease, signal)),
    finishUpgrade: (input) => withLease((lease, signal) => finishUpgrade(deps, input, lease, signal)),
    rollBackUpgrade: (input) => withLease((lease, signal) => rollBackUpgrade(deps, input, lease, signal)),
    settlePending: (input) => withLease((lease, signal) => settlePending(deps, input, lease, signal)),
    deactivateService: (input) => withLease((lease, signal) => deactivateService(deps, input, lease, signal)),
    listPending: ({ environment }) => withLease((_lease, signal) => listPending(deps, environment, signal)),
    examine: ({ environment }) => withLease((_lease, signal) => examine(deps, environment, signal)),
    readStack: (input) => withLease((_lease, signal) => readStack(deps, input, signal)),
    copyService: (input) => withLease((lease, signal) => copyService(deps, input, lease, signal)),
    removeCopied: (input) => withLease((lease, signal) => removeCopied(deps, input, lease, signal)),
    differences: (input) => withLease((_lease, signal) => differences(deps, input, signal)),
    showConfig: (input) => withLease((_lease, signal) => showConfig(deps, input, signal)),
    planUpgrade: (request) => withLease((_lease, signal) => planUpgrade(deps, request, signal)),
  };
}
