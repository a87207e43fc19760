import { DroverError } from '../errors/drover-error';
import { InvalidInputError } from '../errors/invalid-input-error';
import { RefusedError } from '../errors/refused-error';
import { UnreachableError } from '../errors/unreachable-error';
import type { ConnectionSettings } from './connection-settings';
import { grpcTroubleOf } from './grpc-trouble';
import { missingSearchAttributes } from './missing-search-attributes';

/** Puts a failed call to Temporal into words; anything else comes back as it is. */
export function explainTrouble(error: unknown, settings: ConnectionSettings): unknown {
  if (error instanceof DroverError) return error;
  const { address, from, namespace } = settings;
  if (error instanceof Error && error.name === 'NamespaceNotFoundError') return noNamespace(settings, error);
  const failed = grpcTroubleOf(error);
  if (failed === undefined) return error;
  const cause = { cause: error };
  switch (failed.trouble) {
    case 'no answer in time':
    case 'connection lost':
    case 'not ready':
      return new UnreachableError(
        `Temporal at ${address} (from ${from}) stopped answering: ${failed.details}.`,
        'Run the same command again: it attaches where the deployment was started, and starts it where it was not.',
        cause,
      );
    case 'not allowed':
      return new RefusedError(
        `Temporal at ${address} (from ${from}) does not allow it in namespace ${namespace}: ${failed.details}.`,
        'Check TEMPORAL_API_KEY or the client certificate (TEMPORAL_TLS_CLIENT_CERT_PATH), and what they may do.',
        cause,
      );
    case 'not found':
      return /namespace/i.test(failed.details) ? noNamespace(settings, error) : error;
    case 'invalid':
      return /search attribute|column name|invalid query/i.test(failed.details)
        ? missingSearchAttributes(namespace, failed.details)
        : error;
    case 'other':
      return error;
    default:
      return failed.trouble satisfies never;
  }
}

function noNamespace({ address, namespace }: ConnectionSettings, cause: unknown): InvalidInputError {
  const problem = {
    where: 'TEMPORAL_NAMESPACE',
    text: `the Temporal at ${address} has no namespace "${namespace}"`,
    fix: `name one that exists, or make it: drover setup --create-namespace --namespace ${namespace} (or: temporal operator namespace create --namespace ${namespace})`,
  };
  return Object.assign(new InvalidInputError([problem]), { cause });
}
