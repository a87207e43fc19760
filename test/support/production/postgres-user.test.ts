import { ownerIn } from './postgres-user';

const ROOT = 'root:x:0:0:root:/root:/bin/bash';
const NOBODY = 'nobody:x:65534:65533:nobody:/nonexistent:/usr/sbin/nologin';
const POSTGRES = 'postgres:x:101:104:PostgreSQL administrator,,,:/var/lib/postgresql:/bin/bash';

describe('whom PostgreSQL runs as where we are root', () => {
  test('its own account, wherever it stands', () => {
    expect(ownerIn([ROOT, NOBODY, POSTGRES, ''].join('\n'))).toEqual({ uid: 101, gid: 104 });
  });
  test('nobody, where it has none', () => {
    expect(ownerIn([ROOT, NOBODY].join('\n'))).toEqual({ uid: 65_534, gid: 65_533 });
  });
  test('never root', () => {
    expect(ownerIn(ROOT)).toBeNull();
  });
});
