import type { Payload } from '@temporalio/common';

/** Payloads of a request's body as protobuf writes them in JSON (bytes in base64); null where it is something else. */
export function readPayloads(body: string): Payload[] | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return null;
  }
  const payloads = isRecord(parsed) ? parsed['payloads'] : undefined;
  if (!Array.isArray(payloads)) return null;
  const read = payloads.map(readPayload);
  return read.some((payload) => payload === null) ? null : read.filter((payload) => payload !== null);
}

function readPayload(given: unknown): Payload | null {
  if (!isRecord(given)) return null;
  const { metadata = {}, data = '' } = given;
  if (!isRecord(metadata) || typeof data !== 'string') return null;
  const entries = Object.entries(metadata);
  if (!entries.every((entry): entry is [string, string] => typeof entry[1] === 'string')) return null;
  return { metadata: Object.fromEntries(entries.map(([name, value]) => [name, bytesOf(value)])), data: bytesOf(data) };
}

/** The same the other way. */
export function payloadsToJson(payloads: readonly Payload[]): object[] {
  return payloads.map(({ metadata, data }) => ({
    metadata: Object.fromEntries(Object.entries(metadata ?? {}).map(([name, value]) => [name, base64Of(value)])),
    data: base64Of(data ?? new Uint8Array()),
  }));
}

function bytesOf(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'base64'));
}

function base64Of(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
