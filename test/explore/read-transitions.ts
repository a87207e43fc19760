import { kindOfState } from '../../decision/service-state';
import type { Drover, Place } from './drover';
import { isRestoring, unposted } from './drover';
import { onFinishRead } from './flow-finish';
import { parked } from './flow-park';
import { onPostRead, onPrepared } from './flow-post';
import { goRestore, onOthersRead, onRollbackRead } from './flow-restore';
import { beginSettling, onSettleLook } from './flow-settle';
import { onConfirmRead, onSecondLook, onVerifyRead, onWaitRead } from './flow-upgraded';
import { foreignMoves } from './others';
import { mayInterfere } from './moves';
import { rancherSteps } from './rancher-steps';
import type { Elapsed, Read } from './reading';
import { seenBy } from './seen';
import type { Setting } from './setting';
import type { Add } from './transition';
import { withAsked } from './with-asked';
import type { Version, World } from './world';

type OnRead = (setting: Setting, drover: Drover, read: Read) => Drover;

/** The places at which the service is read, and what time can have done before: see `Elapsed`. */
const READS: Readonly<
  Partial<
    Record<
      Place,
      { readonly on: OnRead; readonly elapsed: readonly Elapsed[]; readonly cap: boolean; readonly torn: boolean }
    >
  >
> = {
  resolve: { on: beginSettling, elapsed: ['short'], cap: false, torn: true },
  'settle.look': { on: onSettleLook, elapsed: ['short', 'moment', 'long'], cap: true, torn: true },
  prepare: { on: onPrepared, elapsed: ['short'], cap: true, torn: false },
  'post.read': { on: onPostRead, elapsed: ['short'], cap: true, torn: false },
  wait: { on: onWaitRead, elapsed: ['short', 'long'], cap: true, torn: true },
  verify: { on: onVerifyRead, elapsed: ['short', 'long'], cap: true, torn: true },
  'verify.again': {
    on: (setting, drover, read) => onSecondLook(setting, drover, read, 'verify'),
    elapsed: ['short', 'long'],
    cap: true,
    torn: true,
  },
  confirm: { on: onConfirmRead, elapsed: ['short', 'long'], cap: false, torn: true },
  'confirm.again': {
    on: (setting, drover, read) => onSecondLook(setting, drover, read, 'confirm'),
    elapsed: ['short', 'long'],
    cap: false,
    torn: true,
  },
  'finish.read': { on: onFinishRead, elapsed: ['short', 'long'], cap: false, torn: true },
  'rollback.read': { on: onRollbackRead, elapsed: ['short', 'long'], cap: false, torn: true },
  'others.read': { on: onOthersRead, elapsed: ['short', 'long'], cap: false, torn: false },
};

/** `readThrough` of `workflows/calls.ts`: reads, through outages, until the limits. */
export function readTransitions(setting: Setting, world: World, drover: Drover, version: Version, add: Add): void {
  const place = READS[drover.at];
  if (place === undefined) throw new TypeError(`nothing is read at ${drover.at}`);
  const proceed = (read: Read): Drover => withAsked(drover, place.on(setting, drover, read));
  const look = (elapsed: Elapsed, more: Partial<Read> = {}, containers?: World): Read => {
    const service = seenBy(world, setting, containers);
    // Containers are read rarely while Rancher replaces them, and always when a limit could be reached.
    const rarely = drover.at === 'wait' && elapsed === 'short' && kindOfState(service.state) === 'upgrading';
    const found = rarely ? { ...service, instances: null } : service;
    return { service: found, elapsed, overdue: false, wasAway: false, ...more };
  };
  // No request is under way for as long as any of the limits.
  const isQuiet = world.late === null || setting.lateBeyond;
  for (const elapsed of place.elapsed.filter((one) => one === 'short' || isQuiet))
    add({
      by: elapsed === 'short' ? 'drover' : 'time',
      what: elapsed === 'short' ? 'reads the service' : `${TIMES[elapsed]} passed; Drover reads the service`,
      world,
      drover: proceed(look(elapsed)),
    });
  if (place.cap && isQuiet)
    add({
      by: 'cap',
      what: 'the cap passed; Drover reads the service',
      world,
      drover: proceed(look('short', { overdue: true })),
    });
  // What the world does meanwhile it does before. After an outage no limit is judged at once: `graceMillis` of the deployment.
  if (isQuiet)
    add({
      by: 'fault',
      what: 'an outage in which every limit passed; Drover reads the service',
      world,
      drover: proceed(look('long', { wasAway: true })),
    });
  if (place.torn)
    torn(setting, world, drover, version, (what, by, after) => {
      const claim = { ...world, primaries: after.primaries, sidekicks: after.sidekicks };
      add({
        by,
        what: `reads the service; ${what}; then reads its containers`,
        world: after,
        drover: proceed(look('short', {}, after)),
        claim,
      });
    });
  failures(setting, world, drover, isQuiet, add);
}

const TIMES: Readonly<Record<Elapsed, string>> = { short: '', moment: 'a moment', long: 'the limit' };

/** A service and its containers are two requests: what can happen between them. */
export function torn(
  setting: Setting,
  world: World,
  drover: Drover,
  version: Version,
  each: (what: string, by: 'drover' | 'others', after: World) => void,
): void {
  for (const step of rancherSteps(world, setting.images)) each(`Rancher: ${step.what}`, 'drover', step.world);
  if (mayInterfere(setting, world, drover))
    for (const move of foreignMoves(world, version)) each(move.what, 'others', move.world);
}

function failures(setting: Setting, world: World, drover: Drover, isQuiet: boolean, add: Add): void {
  if (isQuiet) {
    const over = nothingIsOurs(drover) ? unposted(drover, 'unreachable') : parked(drover, drover.at);
    add({ by: 'fault', what: 'Rancher stays away beyond the limit', world, drover: over });
  }
  if (setting.blindTimer && drover.at === 'wait')
    add({
      by: 'time',
      what: 'the stall limit passed in an outage (broken on purpose: nothing is read)',
      world,
      drover: goRestore(drover, { then: 'rolled-back', cause: 'blind' }),
    });
  const refused = nothingIsOurs(drover) ? unposted(drover, 'refused') : parked(drover, drover.at);
  add({ by: 'fault', what: 'a read is refused for good (401)', world, drover: refused });
}

/** `nothingIsOurs` of `workflows/calls.ts`. */
function nothingIsOurs(drover: Drover): boolean {
  return drover.round === null && !isRestoring(drover) && !drover.settlingOthers && !drover.underWay;
}
