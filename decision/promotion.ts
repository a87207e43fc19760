import { PRIMARY } from './service-snapshot';

/** A service as a stack has it: names and images, never a value. */
export interface StackService {
  readonly name: string;
  readonly state: string;
  /** By configuration, the primary's under its long name; null where it has none. */
  readonly images: readonly { readonly config: string; readonly image: string | null }[];
  /** All of its containers run its current versions, and it is active. */
  readonly isProven: boolean;
}

/** A stack as it was read. */
export interface StackReading {
  readonly exists: boolean;
  readonly services: readonly StackService[];
}

/** What a service is to run. */
export interface Pinned {
  readonly service: string;
  readonly image: string | null;
  readonly sidekicks: Readonly<Record<string, string>>;
}

/** What is promoted, pinned to what was read; or why it cannot be. */
export type Pinning =
  | { readonly ok: true; readonly pinned: readonly Pinned[] }
  | { readonly ok: false; readonly problems: readonly string[] };

/** What each environment has to do to run what is pinned. */
export interface Promotion {
  readonly changes: readonly { readonly service: string; readonly images: readonly ImageStep[] }[];
  readonly unchanged: readonly string[];
  /** Not there in the target. */
  readonly missing: readonly Pinned[];
}

export interface ImageStep {
  readonly config: string;
  readonly from: string | null;
  readonly to: string;
}

/**
 * Pins what a stack runs: only what is proven to run, for anything else was never verified.
 *
 * @param services null: all that have an image
 */
export function pin(source: StackReading, where: string, services: readonly string[] | null): Pinning {
  if (!source.exists) return { ok: false, problems: [`there is no stack of that name in ${where}`] };
  const wanted = services ?? source.services.filter(hasImage).map(({ name }) => name);
  if (wanted.length === 0) return { ok: false, problems: [`the stack has no service with an image in ${where}`] };
  const problems: string[] = [];
  const pinned: Pinned[] = [];
  for (const name of wanted) {
    const found = source.services.find((one) => one.name === name);
    if (found === undefined) problems.push(`${name} is not there in ${where}`);
    else if (!hasImage(found)) problems.push(`${name} has no image in ${where}`);
    else if (!found.isProven) problems.push(`${name} is not proven to run in ${where}: it is ${found.state}`);
    else pinned.push(pinnedOf(found));
  }
  return problems.length > 0 ? { ok: false, problems } : { ok: true, pinned };
}

/** What has to change in a target so that it runs what is pinned. */
export function promotionOf(pinned: readonly Pinned[], target: StackReading): Promotion {
  const changes: Promotion['changes'][number][] = [];
  const unchanged: string[] = [];
  const missing: Pinned[] = [];
  for (const one of pinned) {
    const found = target.services.find(({ name }) => name === one.service);
    if (found === undefined) {
      missing.push(one);
      continue;
    }
    const images = stepsOf(one, found).filter(({ from, to }) => from !== to);
    if (images.length > 0) changes.push({ service: one.service, images });
    else unchanged.push(one.service);
  }
  return { changes, unchanged, missing };
}

/** What a target still has of what was released there; in words, what it has not. */
export function lostSince(pinned: readonly Pinned[], target: StackReading): string[] {
  return pinned.flatMap((one) => {
    const found = target.services.find(({ name }) => name === one.service);
    if (found === undefined) return [`${one.service} is not there any more`];
    const other = stepsOf(one, found).find(({ from, to }) => from !== to);
    if (other !== undefined) return [`${one.service} runs ${other.from ?? 'no image'} by now`];
    return found.isProven ? [] : [`${one.service} is ${found.state}, and not proven to run`];
  });
}

/** The images that a promotion brings, by which it is recognised again: `web=example/web:2`. */
export function imagesOfPinned({ service, image, sidekicks }: Pinned): string[] {
  return [
    ...(image === null ? [] : [`${service}=${image}`]),
    ...Object.entries(sidekicks).map(([name, to]) => `${service}/${name}=${to}`),
  ];
}

const bare = (image: string | null): string | null => image?.replace(/^docker:/, '') ?? null;

function hasImage({ images }: StackService): boolean {
  return images.some(({ image }) => image !== null);
}

function pinnedOf({ name, images }: StackService): Pinned {
  const sidekicks = images.filter(({ config }) => config !== PRIMARY);
  return {
    service: name,
    image: bare(images.find(({ config }) => config === PRIMARY)?.image ?? null),
    sidekicks: Object.fromEntries(
      sidekicks.flatMap(({ config, image }) => {
        const to = bare(image);
        return to === null ? [] : [[config, to]];
      }),
    ),
  };
}

function stepsOf({ image, sidekicks }: Pinned, { images }: StackService): ImageStep[] {
  const fromOf = (config: string): string | null => bare(images.find((one) => one.config === config)?.image ?? null);
  return [
    ...(image === null ? [] : [{ config: PRIMARY, from: fromOf(PRIMARY), to: image }]),
    ...Object.entries(sidekicks).map(([config, to]) => ({ config, from: fromOf(config), to })),
  ];
}
