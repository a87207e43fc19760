import type { CoordinatorAsked, CoordinatorKind, CoordinatorPlace } from './coordinator-entry';
import { items, property, textOrNull } from './read-value';
import { valueOf } from './recorded-event';
import type { RecordedEvent } from './recorded-event';

type Started = Extract<RecordedEvent, { readonly type: 'started' }>;

/** Who asked for a release or a pipeline, and for what. Search attributes tell some of it where the request itself cannot be read. */
export function coordinatorAskedOf(kind: CoordinatorKind, event: Started): CoordinatorAsked {
  const request = requestOf(kind, event);
  const author = property(request, 'author');
  const glass = property(request, 'breakGlass');
  return {
    event: 'asked',
    by: textOrNull(property(author, 'by')) ?? event.attributes['DroverRequester'] ?? null,
    why: textOrNull(property(author, 'why')),
    services: kind === 'release' ? items(property(request, 'services')).map(keyOf) : [],
    stages: items(property(request, 'stages')).map(
      (stage) => `${said(stage, 'from')} → ${textsOf(property(stage, 'environments')).join(', ')}`,
    ),
    breakGlass:
      glass === undefined ? null : { by: textOrNull(property(glass, 'by')), why: textOrNull(property(glass, 'why')) },
    identity: event.identity,
  };
}

/** What it is called and what it is about. */
export function coordinatorPlaceOf(kind: CoordinatorKind, event: Started): CoordinatorPlace {
  const request = requestOf(kind, event);
  const { attributes } = event;
  const services = kind === 'release' ? items(property(request, 'services')) : [];
  const environments =
    kind === 'release'
      ? services.map((one) => said(one, 'environment'))
      : kind === 'pipeline'
        ? items(property(request, 'stages')).flatMap((stage) => textsOf(property(stage, 'environments')))
        : [said(request, 'environment')];
  const stacks = kind === 'release' ? services.map((one) => said(one, 'stack')) : [said(request, 'stack')];
  const kept = (name: string): string[] => (attributes[name] ?? '').split(', ');
  return {
    title: textOrNull(property(request, 'name')),
    requestId: textOrNull(property(request, 'requestId')) ?? attributes['DroverRequest'] ?? null,
    environments: distinct(event.input.isReadable ? environments : kept('DroverEnvironment')),
    stacks: distinct(event.input.isReadable ? stacks : kept('DroverStack')),
  };
}

function requestOf(kind: CoordinatorKind, { input }: Started): unknown {
  const value = valueOf(input);
  return kind === 'release' ? property(value, 'request') : value;
}

function keyOf(service: unknown): string {
  return [said(service, 'environment'), said(service, 'stack'), said(service, 'service')].join('/');
}

function said(value: unknown, name: string): string {
  return textOrNull(property(value, name)) ?? '';
}

function textsOf(value: unknown): string[] {
  return items(value).filter((one): one is string => typeof one === 'string');
}

function distinct(found: readonly string[]): string[] {
  return [...new Set(found)].filter((one) => one !== '');
}
