import { existsSync, readFileSync } from 'node:fs';
import { dirname, extname, join, resolve } from 'node:path';
import { bundleWorkflowCode } from '@temporalio/worker';
import { BundleError } from './bundle-error';

/** What `Worker.create` takes as `workflowBundle`. */
export type WorkflowBundle = { readonly codePath: string } | { readonly code: string };

/** The root of the sources, or of `dist` when this file is compiled: workflows/ and worker/ stand side by side there. */
const ROOT = resolve(__dirname, '..', '..');

/** Where `npm run build` puts the bundle, when this file is compiled into `dist`. */
export const BUNDLE_PATH = join(ROOT, 'workflow-bundle.js');

/** The workflows' entry, compiled or not. */
export function workflowsEntry(root = ROOT): string | undefined {
  return ['index.js', 'index.ts'].map((name) => join(root, 'workflows', name)).find((path) => existsSync(path));
}

/** Bundles the workflows; a second or two. */
export async function bundleWorkflows(entry: string): Promise<string> {
  const quiet = (): void => undefined;
  const { code } = await bundleWorkflowCode({
    workflowsPath: entry,
    payloadConverterPath: join(dirname(entry), `payload-converter${extname(entry)}`),
    failureConverterPath: join(dirname(entry), `failure-converter${extname(entry)}`),
    logger: { log: quiet, trace: quiet, debug: quiet, info: quiet, warn: quiet, error: quiet },
  });
  return code;
}

/**
 * The workflows' code for a worker: the bundle that `DROVER_WORKFLOW_BUNDLE` names, else the prebuilt one, else it is
 * bundled now.
 *
 * @throws BundleError when there is nothing to load or to bundle.
 */
export async function workflowBundle(env: NodeJS.ProcessEnv): Promise<WorkflowBundle> {
  const named = env.DROVER_WORKFLOW_BUNDLE;
  if (named) {
    if (!existsSync(named)) throw new BundleError(`DROVER_WORKFLOW_BUNDLE names ${named}, which does not exist.`);
    return { codePath: resolve(named) };
  }
  if (existsSync(BUNDLE_PATH)) return { codePath: BUNDLE_PATH };
  const entry = workflowsEntry();
  if (entry === undefined)
    throw new BundleError(`There are no workflows in ${ROOT}: this installation is not complete. Run npm run build.`);
  return { code: await bundleWorkflows(entry) };
}

const IN_CLEAR = 'drover-failures-are-in-clear';
const ENCODED = 'drover-failures-are-encoded';

/**
 * The same bundle, for a worker whose codec is on: what fails in workflows has its message and its stack trace encoded.
 *
 * @throws BundleError where the bundle was built by a version that does not know how
 */
export function withEncodedFailures(bundle: WorkflowBundle): WorkflowBundle {
  const code = codeOf(bundle);
  if (!code.includes(IN_CLEAR))
    throw new BundleError(
      'The bundle of the workflows cannot encode failures, and the codec is on. Run npm run build.',
    );
  return { code: code.replaceAll(IN_CLEAR, ENCODED) };
}

/** The code of a bundle. */
export function codeOf(bundle: WorkflowBundle): string {
  return 'code' in bundle ? bundle.code : readFileSync(bundle.codePath, 'utf8');
}

/**
 * The bundle for a worker that takes part in Worker Versioning: its workflows know that (`workflows/is-versioned.ts`). Nothing else in the
 * code differs, and no line moves.
 */
export function versionedBundle(bundle: WorkflowBundle): WorkflowBundle {
  return { code: `globalThis.droverIsVersioned = true; ${codeOf(bundle)}` };
}
