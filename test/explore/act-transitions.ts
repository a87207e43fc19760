import type { Permission } from '../../decision/permission';
import { DEFAULT_POLICY } from '../../decision/policy';
import type { ServiceSnapshot } from '../../decision/service-snapshot';
import type { Attempt, Drover } from './drover';
import { afterFinishFailed, afterFinishSent } from './flow-finish';
import { afterPosted, afterPostFailed } from './flow-post';
import { afterRollbackFailed, afterRollbackSent, parkWhenStuck, roundOf } from './flow-restore';
import { afterSettled, afterSettleFailed } from './flow-settle';
import { mayInterfere } from './moves';
import { accept, raced } from './our-actions';
import { torn } from './read-transitions';
import { seenBy } from './seen';
import type { Setting } from './setting';
import type { Add } from './transition';
import { withAsked } from './with-asked';
import type { OurAction, Version, World } from './world';

/** How an activity ended for the workflow (`Called` of `workflows/calls.ts`). */
type Result =
  | { readonly kind: 'value'; readonly outcome: 'sent' | 'not-now'; readonly service: ServiceSnapshot }
  /** `unknown`: it may be under way, or have happened. */
  | { readonly kind: 'outage' | 'unknown' | 'denied' | 'interrupted' };

/** One attempt of an activity that acts goes on: `readAndAct` in `activities/act.ts`, and Temporal's retries around it. */
export function actTransitions(setting: Setting, world: World, drover: Drover, version: Version, add: Add): void {
  const attempt = attemptOf(drover);
  switch (attempt.stage) {
    case 'read':
      return reading(setting, world, drover, attempt, version, add);
    case 'send':
      return sending(setting, world, drover, attempt, version, add);
    case 'read-again':
      return readingAgain(setting, world, drover, attempt, add);
    case 'dead':
      // The heartbeat time-out is longer than a request can be under way.
      if (world.late === null || setting.lateBeyond)
        add({ by: 'time', what: 'its heartbeats are missed', world, drover: failed(setting, drover, attempt) });
      return;
    case 'back-off':
      // The attempt before sent nothing, or its worker died longer ago than a request can be under way.
      add({
        by: 'time',
        what: 'the activity is attempted again',
        world,
        drover: { ...drover, attempt: { ...attempt, stage: 'read' } },
      });
      return add({
        by: 'fault',
        what: 'the attempts are used up',
        world,
        drover: finish(setting, drover, { kind: 'outage' }),
      });
    default:
      throw new TypeError(`unknown stage ${String(attempt.stage satisfies never)}`);
  }
}

function reading(setting: Setting, world: World, drover: Drover, attempt: Attempt, version: Version, add: Add): void {
  const decided = (service: ServiceSnapshot): Drover => {
    const permission = permissionOf(setting, drover, service);
    if (permission === 'send') return { ...drover, attempt: { ...attempt, stage: 'send' } };
    return finish(setting, drover, { kind: 'value', outcome: permission === 'done' ? 'sent' : 'not-now', service });
  };
  add({ by: 'drover', what: `reads before the ${actionOf(drover)}`, world, drover: decided(seenBy(world, setting)) });
  if (actionOf(drover) === 'finishupgrade')
    torn(setting, world, drover, version, (what, by, after) => {
      const claim = { ...world, primaries: after.primaries, sidekicks: after.sidekicks };
      const next = decided(seenBy(world, setting, after));
      add({
        by,
        what: `reads before the finish; ${what}; then reads the containers`,
        world: after,
        drover: next,
        claim,
      });
    });
  add({
    by: 'fault',
    what: 'the attempt fails or dies before it read',
    world,
    drover: failed(setting, drover, attempt),
  });
  // `afterEarlierAttempt`: an earlier one may have sent the action.
  const denied = attempt.isFirst ? finish(setting, drover, { kind: 'denied' }) : failed(setting, drover, attempt);
  add({ by: 'fault', what: 'its read is refused for good (401)', world, drover: denied });
}

function sending(setting: Setting, world: World, drover: Drover, attempt: Attempt, version: Version, add: Add): void {
  const action = actionOf(drover);
  const round = roundNumberOf(drover);
  const took = { action, round, isLate: false };
  const readAgain = (refused: boolean): Drover => ({
    ...drover,
    attempt: { ...attempt, stage: 'read-again', refused },
  });
  const dies: Drover = { ...drover, attempt: { ...attempt, stage: 'dead' } };
  const after = accept(setting, world, action, round, version);
  if (after !== null) {
    const answer = { ...seenBy(after, setting), instances: null };
    const next = finish(setting, drover, { kind: 'value', outcome: 'sent', service: answer });
    add({ by: 'drover', what: `${action} is accepted`, world: after, drover: next, took });
    add({
      by: 'fault',
      what: `${action} is accepted, and its reply is lost`,
      world: after,
      drover: readAgain(false),
      took,
    });
    add({ by: 'fault', what: `${action} is accepted, and the worker dies`, world: after, drover: dies, took });
  } else add({ by: 'drover', what: `${action} is refused by the state`, world, drover: readAgain(true) });
  add({ by: 'fault', what: `${action} never arrives, and nobody can tell`, world, drover: readAgain(false) });
  add({
    by: 'fault',
    what: `${action} is not sent, or the worker dies before`,
    world,
    drover: failed(setting, drover, attempt),
  });
  add({
    by: 'fault',
    what: `${action} is refused for good (401)`,
    world,
    drover: finish(setting, drover, { kind: 'denied' }),
  });
  if (world.late === null) {
    const late = { ...world, late: { action, round } };
    add({ by: 'fault', what: `${action} is under way, and its time is up`, world: late, drover: readAgain(false) });
    add({ by: 'fault', what: `${action} is under way, and the worker dies`, world: late, drover: dies });
  }
  if (action === 'upgrade' && mayInterfere(setting, world, drover))
    for (const race of raced(setting, world, round, version)) {
      const next = finish(setting, drover, { kind: 'value', outcome: 'sent', service: race.answer });
      add({ by: 'others', what: race.what, world: race.world, drover: next, took });
    }
}

function readingAgain(setting: Setting, world: World, drover: Drover, attempt: Attempt, add: Add): void {
  const service = seenBy(world, setting);
  const next = (): Drover => {
    if (permissionOf(setting, drover, service) === 'done')
      return finish(setting, drover, { kind: 'value', outcome: 'sent', service });
    if (attempt.refused) return finish(setting, drover, { kind: 'value', outcome: 'not-now', service });
    return finish(setting, drover, { kind: 'unknown' });
  };
  add({ by: 'drover', what: `reads what became of the ${actionOf(drover)}`, world, drover: next() });
  const [fails, dies] = [finish(setting, drover, { kind: 'unknown' }), { ...attempt, stage: 'dead' as const }];
  add({ by: 'fault', what: 'that read fails', world, drover: fails });
  add({ by: 'fault', what: 'the worker dies before that read', world, drover: { ...drover, attempt: dies } });
}

/** An attempt failed that sent nothing, or died: Temporal tries again, unless the workflow had called the activity off. */
function failed(setting: Setting, drover: Drover, attempt: Attempt): Drover {
  if (attempt.called) return finish(setting, drover, { kind: attempt.stage === 'dead' ? 'unknown' : 'interrupted' });
  return { ...drover, attempt: { stage: 'back-off', isFirst: false, called: false, refused: false } };
}

/** A person steps in while an activity runs: `interruptible` of `workflows/calls.ts`, with WAIT_CANCELLATION_COMPLETED. */
export function calledOff(setting: Setting, drover: Drover): Drover {
  const attempt = attemptOf(drover);
  if (attempt.stage === 'back-off') return finish(setting, drover, { kind: 'interrupted' });
  return { ...drover, attempt: { ...attempt, called: true } };
}

/** What the workflow does with the result. */
function finish(setting: Setting, drover: Drover, result: Result): Drover {
  return withAsked(drover, settled(setting, drover, result));
}

function settled(setting: Setting, drover: Drover, result: Result): Drover {
  switch (drover.at) {
    case 'settle.act':
      return result.kind === 'value' ? afterSettled(drover, result.outcome) : afterSettleFailed(drover, result.kind);
    case 'post.act':
      return result.kind === 'value'
        ? afterPosted(setting, drover, result.outcome, result.service)
        : afterPostFailed(drover, result.kind);
    case 'finish.reset':
    case 'finish.first':
    case 'finish.act':
      return result.kind === 'value'
        ? afterFinishSent(setting, drover, result.outcome, result.service)
        : afterFinishFailed(drover, result.kind);
    case 'rollback.act':
      return result.kind === 'value'
        ? afterRollbackSent(setting, drover, result.outcome, result.service)
        : afterRollbackFailed(drover, result.kind);
    case 'deactivate.act':
      return result.kind === 'unknown' ? { ...drover, attempt: null, at: 'deactivate.quiet' } : parkWhenStuck(drover);
    default:
      throw new TypeError(`no activity runs at ${drover.at}`);
  }
}

function permissionOf({ decisions }: Setting, drover: Drover, service: ServiceSnapshot): Permission {
  switch (drover.at) {
    case 'settle.act':
      if (drover.settleAction === null) throw new TypeError('nothing is to be settled');
      return decisions.settlePermission(
        service,
        drover.settleAction,
        drover.settleVersions ?? [],
        drover.attempt?.isFirst === false || drover.attempt?.stage === 'read-again',
      );
    case 'post.act':
      return decisions.postPermission(service, roundOf(drover), () => true);
    case 'finish.reset':
    case 'finish.first':
    case 'finish.act':
      return decisions.finishPermission(service, roundOf(drover), false, DEFAULT_POLICY.maxRestarts);
    case 'rollback.act':
      return decisions.rollbackPermission(service, roundOf(drover));
    case 'deactivate.act':
      return decisions.deactivatePermission(service, roundOf(drover).base ?? []);
    default:
      throw new TypeError(`no activity runs at ${drover.at}`);
  }
}

export function actionOf({ at, settleAction }: Drover): OurAction {
  switch (at) {
    case 'settle.act':
      return settleAction ?? 'rollback';
    case 'post.act':
      return 'upgrade';
    case 'finish.reset':
    case 'finish.first':
    case 'finish.act':
      return 'finishupgrade';
    case 'rollback.act':
      return 'rollback';
    case 'deactivate.act':
      return 'deactivate';
    default:
      throw new TypeError(`no activity runs at ${at}`);
  }
}

/** The round that an action belongs to; 0 for what settles somebody else's upgrade. */
function roundNumberOf({ at, round }: Drover): number {
  return at === 'settle.act' ? 0 : (round?.number ?? 0);
}

function attemptOf({ attempt, at }: Drover): Attempt {
  if (attempt === null) throw new TypeError(`no activity runs at ${at}`);
  return attempt;
}
