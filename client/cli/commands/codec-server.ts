import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { once } from 'node:events';
import { AesGcmCodec } from '../../../codec/aes-gcm-codec';
import { KeyRing } from '../../../codec/key-ring';
import type { SecretSource } from '../../../credentials/secret-source';
import { secretFromFile, secretFromVariable } from '../../../credentials/secret-source';
import { CodecServer } from '../../codec-server/codec-server';
import type { Problem } from '../../errors/invalid-input-error';
import { InvalidInputError } from '../../errors/invalid-input-error';
import type { Environment } from '../../input/ci-build';
import { connectionSettings } from '../../temporal/connection-settings';
import type { Command } from '../command';
import { noArguments } from '../no-arguments';
import type { ParsedArguments } from '../option-spec';
import { option } from '../target';

const LISTEN = '127.0.0.1:8081';

/** `drover codec-server`. */
export const codecServer: Command = {
  name: 'codec-server',
  usage: '--origin URL [--listen HOST:PORT]',
  description: [
    "Decrypts payloads for Temporal's Web UI, where the codec is on: set its address as the codec endpoint in the Web UI (the glasses),",
    'or for the temporal CLI (--codec-endpoint). It has the keys of the codec, and does not talk to Temporal.',
    '',
    'Who may ask: pages of the origins that are named, with the token of DROVER_CODEC_SERVER_TOKEN or of the file that',
    'DROVER_CODEC_SERVER_TOKEN_FILE names (Authorization: Bearer …), where one is set. Without a token it listens on this machine only.',
  ],
  options: [
    {
      name: 'origin',
      kind: 'many',
      value: 'URL',
      help: 'where Temporal Web is, as the browser shows it: https://temporal.example.com; may be repeated',
    },
    { name: 'listen', kind: 'one', value: 'HOST:PORT', help: `default ${LISTEN}` },
    {
      name: 'config',
      kind: 'one',
      value: 'FILE',
      help: 'the configuration that says where the keys are; default DROVER_CONFIG, ./drover.yaml, ~/.config/drover/drover.yaml',
    },
  ],
  examples: [
    ['codec-server --origin http://127.0.0.1:8233', ''],
    ['codec-server --listen 0.0.0.0:8081 --origin https://temporal.example.com', 'asks for a token'],
  ],
  success: 'it was told to end',
  verdicts: ['succeeded', 'invalid'],
  async run(args, io) {
    noArguments('codec-server', args);
    const token = tokenOf(io.env);
    const { host, port } = listeningOf(args, token !== undefined);
    const origins = originsOf(args);
    const configFile = option(args, 'config');
    const settings = connectionSettings({ env: io.env, ...(configFile === undefined ? {} : { configFile }) });
    const ring = new KeyRing(settings.codecKeys);
    if (!ring.isOn)
      throw invalid({
        where: 'temporal.codec.keys',
        text: 'there are no keys of the codec',
        fix: 'name them: temporal: { codec: { keys: { file: … } } } in drover.yaml, or DROVER_CODEC_KEYS_FILE',
      });
    ring.check();
    token?.read();
    const server = new CodecServer({ codec: new AesGcmCodec(ring), origins, token });
    try {
      const bound = await server.listen(host, port);
      const address = `http://${isIP(host) === 6 ? `[${host}]` : host}:${bound}`;
      io.out.write(
        args.flags.has('json')
          ? `${JSON.stringify({ type: 'ready', address, origins, keys: ring.ids, token: token?.place ?? null })}\n`
          : `codec-server: ready at ${address}, for pages of ${origins.join(', ')}; keys ${ring.ids.join(', ')} (${ring.place}); ${token === undefined ? 'no token is asked for' : `token of ${token.place}`}\n`,
      );
      if (!io.signal.aborted) await once(io.signal, 'abort');
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
      if (code === undefined) throw error;
      throw invalid({
        where: '--listen',
        text: `nothing can listen on ${host}:${port} (${code})`,
        fix: 'name another address, or end what listens there',
      });
    } finally {
      await server.close();
    }
    return 0;
  },
};

function tokenOf(env: Environment): SecretSource | undefined {
  if (env['DROVER_CODEC_SERVER_TOKEN']) return secretFromVariable('DROVER_CODEC_SERVER_TOKEN', env);
  const file = env['DROVER_CODEC_SERVER_TOKEN_FILE'];
  return file ? secretFromFile(resolve(file)) : undefined;
}

function listeningOf(args: ParsedArguments, hasToken: boolean): { host: string; port: number } {
  const text = option(args, 'listen') ?? LISTEN;
  const [, ipv6, name, port] = /^(?:\[([0-9a-fA-F:]+)\]|([^\s/:@]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = ipv6 ?? name;
  const where = '--listen';
  if (host === undefined || Number(port) > 65_535)
    throw invalid({ where, text: 'this is no address to listen on', fix: 'write host:port, such as 127.0.0.1:8081' });
  const isLoopback = host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
  if (!isLoopback && !hasToken)
    throw invalid({
      where,
      text: `on ${host} others can reach it, and it would decrypt for everybody`,
      fix: 'set DROVER_CODEC_SERVER_TOKEN_FILE (or DROVER_CODEC_SERVER_TOKEN), or listen on 127.0.0.1',
    });
  return { host, port: Number(port) };
}

function originsOf(args: ParsedArguments): readonly string[] {
  const given = args.values.get('origin') ?? [];
  const where = '--origin';
  const fix = 'write the address of Temporal Web as the browser shows it, without a path: https://temporal.example.com';
  if (given.length === 0) throw invalid({ where, text: 'for which page is it to decrypt?', fix });
  return given.map((text) => {
    const origin = URL.canParse(text) ? new URL(text).origin : 'null';
    if (!/^https?:/.test(origin) || text.replace(/\/$/, '') !== origin)
      throw invalid({ where, text: 'this is no origin', fix });
    return origin;
  });
}

function invalid(problem: Problem): InvalidInputError {
  return new InvalidInputError([problem]);
}
