import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { ROOT } from '../../support/root';
import type { PostgresPrograms } from '../../support/production/find-postgres';
import type { ServerBinaries } from '../../support/production/find-server';
import { interpolate } from '../interpolate';
import type { Dockerfile } from '../dockerfile';
import { parseDockerfile, said } from '../dockerfile';

/** What a process finds that is started from an image, as far as it is rebuilt here. */
export interface Image {
  /** Files and folders of this machine, by where they are in the image. */
  readonly contents: Readonly<Record<string, string>>;
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  /** `uid:gid` */
  readonly user: string;
  readonly home: string;
  readonly workdir: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Run as root, in the image, before a process is started from it. */
  readonly steps: readonly string[];
}

/** What the images are made of. */
export interface ImageParts {
  readonly postgres: PostgresPrograms;
  readonly temporal: ServerBinaries;
  readonly temporalVersion: string;
  /** What is `/app` in Drover's own. */
  readonly app: string;
}

const FIXTURES = join(ROOT, 'test', 'fixtures', 'temporal-server');
/** From this one on the server holds the template of its configuration itself. */
const FIRST_WITH_TEMPLATE = 30;
const TEMPORAL = { user: '1000:1000', home: '/home/temporal', environment: {}, steps: [] } as const;

/** The repository's Dockerfile. */
export const DOCKERFILE = parseDockerfile(readFileSync(join(ROOT, 'Dockerfile'), 'utf8'));

/**
 * The image that a service names, from what this machine has; null for those that are not at hand here.
 *
 * @param folder for what stands in for parts of the images
 */
export function imageOf(name: string, parts: ImageParts, folder: string): Image | null {
  mkdirSync(folder, { recursive: true });
  const standIn = (file: string, text: string): string => {
    const path = join(folder, file);
    writeFileSync(path, text, { mode: 0o755 });
    return path;
  };
  const [repository = ''] = name.split(':');
  switch (repository) {
    case 'postgres':
      return {
        contents: {
          '/usr/local/bin/docker-entrypoint.sh': standIn(
            'docker-entrypoint.sh',
            postgresEntrypoint(parts.postgres.folder),
          ),
        },
        ...{ entrypoint: ['docker-entrypoint.sh'], command: ['postgres'], user: '0:0', home: '/root', workdir: '/' },
        ...{ environment: { PGDATA: '/var/lib/postgresql/data' }, steps: [] },
      };
    case 'temporalio/admin-tools':
      return {
        ...TEMPORAL,
        contents: { '/usr/local/bin/temporal-sql-tool': parts.temporal.sqlTool },
        ...{ entrypoint: [], command: ['sleep', 'infinity'], workdir: '/' },
      };
    case 'temporalio/server':
      return {
        ...TEMPORAL,
        contents: {
          '/usr/local/bin/temporal-server': parts.temporal.server,
          '/usr/local/bin/nc': standIn('nc', NETCAT),
          ...serverStart(parts.temporalVersion, standIn),
        },
        ...{ entrypoint: [], command: ['/etc/temporal/entrypoint.sh'], workdir: '/etc/temporal' },
      };
    case 'drover':
      return ownImage(DOCKERFILE, parts.app);
    default:
      return null;
  }
}

function serverStart(version: string, standIn: (file: string, text: string) => string): Record<string, string> {
  const entrypoint = readFileSync(join(FIXTURES, 'entrypoint.sh'), 'utf8');
  if (Number(version.split('.')[1]) >= FIRST_WITH_TEMPLATE)
    return { '/etc/temporal/entrypoint.sh': standIn('entrypoint.sh', entrypoint) };
  return {
    '/etc/temporal/entrypoint.sh': standIn(
      'entrypoint.sh',
      entrypoint.replace('temporal-server start', 'temporal-server --env docker --allow-no-auth start'),
    ),
    '/etc/temporal/config/docker.yaml': join(FIXTURES, `docker-${version}.yaml`),
  };
}

function ownImage(file: Dockerfile, app: string): Image {
  const stage = file.stages.at(-1);
  if (stage === undefined) throw new Error('the Dockerfile has no stage');
  const list = (name: string): string[] => z.array(z.string()).parse(parse(said(stage, name)[0] ?? ''));
  const variables = said(stage, 'ENV').map((text) => text.split(/=(.*)/s));
  return {
    contents: { '/app': app },
    ...{
      entrypoint: list('ENTRYPOINT'),
      command: list('CMD'),
      user: said(stage, 'USER')[0] ?? '0:0',
      home: '/home/node',
    },
    workdir: said(stage, 'WORKDIR')[0] ?? '/',
    environment: Object.fromEntries(variables.map(([key = '', value = '']) => [key, interpolate(value, {})])),
    steps: said(stage, 'RUN').filter((step) => !step.startsWith('apt-get ')),
  };
}

/** Alpine's busybox has one; of it the health check needs that a connection is made. */
const NETCAT = `#!/bin/bash
[ "$1" = -z ] && exec 3<>"/dev/tcp/$2/$3"
`;

/** Does what the documentation of the official image tells of its own. */
const postgresEntrypoint = (programs: string): string => `#!/bin/bash
set -euo pipefail
if [ "$(id -u)" = 0 ]; then
  POSTGRES_PASSWORD="$(cat "$POSTGRES_PASSWORD_FILE")"
  export POSTGRES_PASSWORD
  unset POSTGRES_PASSWORD_FILE
  mkdir -p "$PGDATA"
  chown postgres:postgres "$PGDATA" /var/run/postgresql
  chmod 700 "$PGDATA"
  exec setpriv --reuid=postgres --regid=postgres --clear-groups "$0" "$@"
fi
export PATH="${programs}:$PATH"
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  # shellcheck disable=SC2086
  initdb --username="$POSTGRES_USER" --pwfile=<(printf '%s\\n' "$POSTGRES_PASSWORD") $POSTGRES_INITDB_ARGS
  echo "listen_addresses = '*'" >> "$PGDATA/postgresql.conf"
  echo 'host all all all scram-sha-256' >> "$PGDATA/pg_hba.conf"
  PGUSER="$POSTGRES_USER" pg_ctl -w -o "-c listen_addresses=''" start
  psql -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d postgres -c "CREATE DATABASE \\"$POSTGRES_USER\\""
  PGUSER="$POSTGRES_USER" pg_ctl -w -m fast stop
fi
unset POSTGRES_PASSWORD
exec "$@"
`;
