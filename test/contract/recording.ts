import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

/** One request of a real client and Rancher's answer, as trimmed by `trim-recordings.js`. */
export interface RecordedExchange {
  readonly kind: 'exchange';
  /** Seconds since the recording began; null where the recorder did not know. */
  readonly at: number | null;
  readonly took: number | null;
  readonly method: string;
  readonly path: string;
  /** Which credentials were sent, where it was not the usual key. */
  readonly auth?: 'wrong' | 'none';
  readonly note?: string;
  readonly requestBody?: Json;
  /** A body that is not JSON, as sent. */
  readonly raw?: string;
  /** Null where the client hung up before the answer. */
  readonly status: number | null;
  readonly contentType: string | null;
  readonly responseBody: Json;
}

/** What is kept of one read in a watch phase. */
export interface WatchSample {
  readonly at: number;
  readonly state: string;
  readonly healthState: string;
  readonly transitioning: string;
  readonly transitioningMessage: string | null;
  readonly scale: number | null;
  readonly currentScale: number | null;
  readonly actions: readonly string[];
  readonly imageUuid: string | null;
  readonly version: string | null;
}

/** The same service read again and again; `settled` is the last answer, whole, where the service came to rest. */
export interface RecordedWatch {
  readonly kind: 'watch';
  readonly at: number;
  readonly path: string;
  readonly samples: readonly WatchSample[];
  readonly settled: JsonObject | null;
}

export type Step = RecordedExchange | RecordedWatch;

export interface Frame {
  /** Seconds since the socket opened. */
  readonly t: number;
  readonly frame: JsonObject;
}

export interface Recording {
  readonly scenario: string;
  readonly about: string;
  readonly frames?: readonly Frame[];
  readonly steps: readonly Step[];
}

const folder = join(__dirname, 'recordings');

/** The names of the recordings kept here, sorted. */
export function recordingNames(): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => name.replace('.json', ''))
    .sort();
}

/** One recording by its name, `02-upgrade-finish-v2` for example. */
export function readRecording(name: string): Recording {
  return JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) as Recording;
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isArray(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

/** A field of a JSON object as text; the empty string where it is none. */
export function text(value: Json | undefined, field: string): string {
  const found = isObject(value) ? value[field] : undefined;
  return typeof found === 'string' ? found : '';
}
