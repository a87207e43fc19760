import { mkdtempSync } from 'node:fs';
import { findServer } from '../../support/production/find-server';
import { preparePostgres } from '../../support/production/prepare-postgres';
import { ProductionTemporal } from '../../support/production-temporal';
import { chmodSync } from 'node:fs';
async function main() {
  const t0 = Date.now();
  const say = (l: string) => console.log(((Date.now() - t0) / 1000).toFixed(1), l);
  const tools = { binaries: await findServer(process.env, say), postgres: await preparePostgres(process.env, say) };
  const folder = mkdtempSync('/tmp/drover-pg-');
  chmodSync(folder, 0o711);
  say(folder);
  const engine = await ProductionTemporal.start(tools, folder + '/engine', say);
  say('up');
  await engine.kill();
  say('killed temporal');
  await engine.restart();
  say('restarted');
  say(String(await engine.killPostgres()));
  await engine.restartPostgres();
  say('pg back');
  await engine.untilServing();
  say('serving');
  console.log(engine.postgres.recoveryLines().join('\n'));
  await engine.close();
  say('closed');
}
void main();
