import { defaultPayloadConverter } from '@temporalio/common';
import { temporal } from '@temporalio/proto';
import { buildRequest } from '../../client/input/build-request';
import { AesGcmCodec } from '../../codec/aes-gcm-codec';
import { KeyRing } from '../../codec/key-ring';
import { secretFromVariable } from '../../credentials/secret-source';
import { laneListedAs, listedAs } from '../../workflows/listed-as';
import { shortSummary } from '../../workflows/summaries';

/** What Temporal takes of a payload that is a summary, bytes. */
const LIMIT = 400;

const BY = 'gitlab shop/storefront#318';
const summaryOf = (change: { stack?: string; image?: string; by?: string }): string => {
  const { stack = 'storefront', image = 'example/web:2', by = BY } = change;
  const input = { environment: 'production', stack, service: 'web', image, author: { by } };
  const { request, digest } = buildRequest(input, {}, new Date());
  return listedAs({ request, digest, whenBusy: 'reject' }).staticSummary;
};

describe('how a deployment is summed up', () => {
  test('one that fits is whole', () => {
    expect(summaryOf({})).toBe(`storefront/web → example/web:2 in production, by ${BY}`);
  });

  test('a long image loses its middle, and who asked for it stays whole', () => {
    const image = `registry.example.com/team/product/web:2@sha256:${'0123456789abcdef'.repeat(4)}`;
    const stack = 'a-stack-with-a-name-that-is-long-enough';
    const summary = summaryOf({ stack, image });
    expect(summary).toMatch(/ → registry\.example\.com\/team\/[^…]*…[^…]*cdef in production, by /);
    expect(summary.endsWith(`, by ${BY}`)).toBe(true);
  });

  test('where that is not enough, a mark says that something is missing', () => {
    const summary = summaryOf({ by: 'x'.repeat(180) });
    expect(summary).toMatch(/^storefront\/web → example\/web:2 in production, by x+…$/);
    const { staticSummary } = laneListedAs({ environment: 'prod', stack: 's'.repeat(100), service: 'w'.repeat(100) });
    expect(staticSummary).toMatch(/s\/w+…$/);
  });

  test.each(['a', 'é', '→', '😀', '"', '\u0001', '\ud800'])(
    'of %j as many are kept as Temporal takes, also encrypted with the longest id of a key',
    async (letter) => {
      const key = `${'k'.repeat(64)}:${Buffer.alloc(32, 1).toString('base64')}`;
      const codec = new AesGcmCodec(new KeyRing(secretFromVariable('KEYS', { KEYS: key })));
      const short = shortSummary(letter.repeat(500));
      const payload = defaultPayloadConverter.toPayload(short, undefined) ?? {};
      const [hidden = {}] = await codec.encode([payload]);
      const bytes = temporal.api.common.v1.Payload.encode(hidden).finish().length;
      expect(bytes).toBeLessThanOrEqual(LIMIT);
      // It is not cut by more than that asks for.
      expect(bytes).toBeGreaterThan(LIMIT - 20);
    },
  );
});
