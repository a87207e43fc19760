import type { Bindings } from './bindings';
import { isObject, text } from './recording';
import type { Json } from './recording';

/** `lab-web-2` is number 2 of `lab-web`. */
export function numberedName(value: Json | undefined): { readonly stem: string; readonly number: string } | undefined {
  const found = typeof value === 'string' ? /^(.*-)(\d+)$/.exec(value) : undefined;
  return found?.[1] === undefined || found[2] === undefined ? undefined : { stem: found[1], number: found[2] };
}

const CONFIGURATION = 'io.rancher.service.launch.config';

/** What a container is, whichever of its kind it is: its configuration, version, state and health. */
function kindOf(container: Json, version: string): string {
  const labels = isObject(container) ? container['labels'] : undefined;
  const parts = [text(labels, CONFIGURATION), version, text(container, 'state'), text(container, 'healthState')];
  return parts.join(' ');
}

/** How many containers of the listing are of its deployment unit: a failed one is made again in a new unit. */
const inItsUnit = (container: Json, list: readonly Json[]): number =>
  list.filter((other) => text(other, 'deploymentUnitUuid') === text(container, 'deploymentUnitUuid')).length;

const unitOf = (container: Json): string => numberedName(text(container, 'name'))?.number ?? '';

/** The version as the recording calls it. */
export const recordedVersion = (container: Json, bindings: Bindings): string => {
  const version = text(container, 'version');
  return bindings.recordedFor('uuid', version) ?? version;
};

/**
 * Pairs each container of a recorded listing with one of the actual listing that is of the same kind; among those of one kind by
 * number, where the numbers stand for each other as the rarer kinds have it. What finds no partner of its kind gets one that is
 * left over, so that the difference shows.
 */
export function pairContainers(
  recorded: readonly Json[],
  actual: readonly Json[],
  bindings: Bindings,
): (readonly [index: number, actual: Json | undefined])[] {
  const kinds = new Map<string, number[]>();
  recorded.forEach((container, index) => {
    const kind = `${kindOf(container, text(container, 'version'))} ${inItsUnit(container, recorded)}`;
    kinds.set(kind, [...(kinds.get(kind) ?? []), index]);
  });
  const left = new Set(actual);
  const units = new Map<string, string>();
  const pairs = new Map<number, Json>();
  const byUnit = (a: string, b: string): number => Number(a) - Number(b);
  for (const [kind, indexes] of [...kinds].sort(([, a], [, b]) => a.length - b.length)) {
    const same = [...left].filter(
      (one) => `${kindOf(one, recordedVersion(one, bindings))} ${inItsUnit(one, actual)}` === kind,
    );
    const asRecorded = (container: Json): string => units.get(unitOf(container)) ?? unitOf(container);
    same.sort((a, b) => byUnit(asRecorded(a), asRecorded(b)));
    const wanted = [...indexes].sort((a, b) => byUnit(unitOf(recorded[a] ?? null), unitOf(recorded[b] ?? null)));
    wanted.forEach((index, place) => {
      const partner = same[place];
      if (partner === undefined) return;
      pairs.set(index, partner);
      left.delete(partner);
      units.set(unitOf(partner), unitOf(recorded[index] ?? null));
    });
  }
  const rest = [...left];
  return recorded.map((_container, index) => [index, pairs.get(index) ?? rest.shift()] as const);
}

/**
 * What became of each container between two listings, in no order: kept, restarted, stopped, replaced by one of another version.
 * Ids are compared by this, as which container stands for which changes with every listing.
 */
export function fates(before: readonly Json[], after: readonly Json[], version: (container: Json) => string): string[] {
  const look = (list: readonly Json[], id: string): string => {
    const found = list.find((container) => text(container, 'id') === id);
    return found === undefined ? 'none' : kindOf(found, version(found));
  };
  const ids = new Set([...before, ...after].map((container) => text(container, 'id')));
  return [...ids].map((id) => `${look(before, id)} -> ${look(after, id)}`).sort();
}
