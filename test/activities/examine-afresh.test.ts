import { examineRancher } from '../../activities/examine/examine-rancher';
import type { EnvironmentAccess } from '../../activities/dependencies';
import { DEFAULT_POLICY } from '../../decision/policy';
import { RancherClient } from '../../rancher/rancher-client';
import { rancherError, sendJson, startServer } from '../rancher/local-server';

test('an examination looks the project up itself, whatever deployments remember', async () => {
  let id = '1a5';
  const server = await startServer((request, response) => {
    const project = { id, type: 'project', name: 'prod', state: 'active', removed: null };
    if ((request.url ?? '').startsWith('/v2-beta/projects?'))
      sendJson(response, 200, { type: 'collection', data: [project], pagination: null });
    else sendJson(response, 404, rancherError(404, 'Not Found'));
  });
  const client = new RancherClient({ url: server.url, accessKey: 'access', secretKey: 'secret' });
  const access: EnvironmentAccess = {
    alias: 'prod',
    project: 'prod',
    webUrl: server.url,
    client: () => client,
    policy: () => DEFAULT_POLICY,
    variable: () => '',
    gate: () => {
      throw new Error('there is none');
    },
    probe: () => ({}),
  };
  try {
    await client.findProject('prod');
    id = '1a99';
    await expect(client.findProject('prod')).resolves.toMatchObject({ id: '1a5' });
    const { findings, project } = await examineRancher(access, AbortSignal.timeout(20_000));
    expect(findings).toContainEqual(expect.objectContaining({ check: 'rancher-project', text: 'prod (1a99)' }));
    expect(project).toBe(`${server.url} 1a99`);
  } finally {
    client.close();
    await server.close();
  }
});
