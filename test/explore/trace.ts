import type { CounterExample } from './explore-setting';
import type { Drover } from './drover';
import type { Mover } from './transition';
import type { Pile, World } from './world';

const WHO: Readonly<Record<Mover, string>> = {
  drover: 'Drover',
  rancher: 'Rancher',
  time: 'time',
  fault: 'FAULT',
  person: 'PERSON',
  others: 'OTHERS',
  cap: 'the cap',
};

/** A counter-example as numbered lines: who did what, how the service stands then, and where the deployment is. */
export function traceOf({ check, how, steps }: CounterExample): string {
  const lines = steps.map(({ by, what, world, drover }, index) => {
    const head = `${String(index).padStart(3)}. ${index === 0 ? '' : `${WHO[by]}: `}${what}`;
    return `${head}\n       service: ${serviceText(world)}\n       deployment: ${droverText(drover)}`;
  });
  return [`${check}: ${how}`, ...lines].join('\n');
}

function serviceText(world: World): string {
  const { current, late } = world;
  const label =
    current.label === 'none' ? '' : `, label ${current.label === 'dead' ? 'of a dead deployment' : current.label}`;
  const parts = [
    `${world.state}, image ${current.image}${label}, v${current.primary}/v${current.sidekick}`,
    `containers ${pilesText(world.primaries)} / ${pilesText(world.sidekicks)}, scale ${world.scale}`,
  ];
  if (world.cancelled) parts.push('cancelled');
  if (world.conflict) parts.push('two writers');
  if (late !== null) parts.push(`a late ${late.action} under way`);
  return parts.join('; ');
}

function pilesText(piles: readonly Pile[]): string {
  const texts = piles.map(({ version, running, stopped, failed }) => {
    const counts = [
      ...(running > 0 ? [`${running} run`] : []),
      ...(stopped > 0 ? [`${stopped} stopped`] : []),
      ...(failed > 0 ? [`${failed} failing`] : []),
    ];
    return `v${version}: ${counts.join(' ')}`;
  });
  return texts.length === 0 ? 'none' : texts.join(', ');
}

function droverText(drover: Drover): string {
  if (drover.verdict !== null) return `ended: ${drover.verdict}`;
  const { attempt, needed, round, parkedAt } = drover;
  const parts: string[] = [parkedAt === null ? drover.at : `parked at ${parkedAt}`];
  if (attempt !== null)
    parts.push(
      `activity to ${attempt.stage}${attempt.isFirst ? '' : ' (a later attempt)'}${attempt.called ? ', called off' : ''}`,
    );
  if (round !== null)
    parts.push(
      `round ${round.number} on ${versionsText(round.base)}, ${round.accepted === null ? 'not known to be accepted' : `accepted as ${versionsText(round.accepted)}`}`,
    );
  if (needed !== null) parts.push(`restoring (${needed.cause}), then ${needed.then}`);
  if (drover.restoreAsked !== null) parts.push(`${drover.restoreAsked} was asked for`);
  if (drover.unsure) parts.push('not sure what became of it');
  return parts.join('; ');
}

function versionsText(versions: readonly { readonly version: string }[] | null): string {
  return versions === null ? 'unknown versions' : versions.map(({ version }) => version).join('/');
}
