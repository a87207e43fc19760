import type { Client } from '@temporalio/client';
import { optionalTsToMs } from '@temporalio/common/lib/time';
import { rancherQueue } from '../../workflows/contract';
import type { AuditSource, ListedRun } from '../audit';
import type { RecordedEvent } from '../history/recorded-event';
import { isFresh, lastPoll } from './last-poll';
import { auditQuery, environmentQuery } from './list-query';
import { readHistory } from './read-history';

const PAGE_SIZE = 500;

/** Reads what an audit needs from Temporal itself; no worker has to answer. */
export class TemporalAuditSource implements AuditSource {
  constructor(private readonly client: Client) {}

  async retentionMillis(): Promise<number | null> {
    const { namespace } = this.client.options;
    const { config } = await this.client.workflowService.describeNamespace({ namespace });
    const ttl = config?.workflowExecutionRetentionTtl;
    return ttl == null ? null : Number(ttl.seconds ?? 0) * 1000 + Math.round((ttl.nanos ?? 0) / 1e6);
  }

  async runs(period: Parameters<AuditSource['runs']>[0]): Promise<{ listed: readonly ListedRun[]; counted: number }> {
    const { namespace } = this.client.options;
    const query = auditQuery(period);
    // Counted first: what begins meanwhile may be listed besides, and what is missing then is missing.
    const { count } = await this.client.workflowService.countWorkflowExecutions({ namespace, query });
    const found = new Map<string, ListedRun>();
    let nextPageToken: Uint8Array | null | undefined;
    do {
      const more = nextPageToken == null ? {} : { nextPageToken };
      const page = await this.client.workflowService.listWorkflowExecutions({
        namespace,
        query,
        pageSize: PAGE_SIZE,
        ...more,
      });
      for (const { execution, startTime } of page.executions ?? []) {
        const [workflowId, runId] = [execution?.workflowId ?? '', execution?.runId ?? ''];
        found.set(runId, { workflowId, runId, startedAt: optionalTsToMs(startTime) ?? 0 });
      }
      nextPageToken = page.nextPageToken;
    } while (nextPageToken != null && nextPageToken.length > 0);
    return { listed: [...found.values()], counted: Number(count ?? 0) };
  }

  async knowsEnvironment(alias: string): Promise<boolean> {
    const { namespace } = this.client.options;
    const query = environmentQuery(alias);
    const { count } = await this.client.workflowService.countWorkflowExecutions({ namespace, query });
    if (Number(count ?? 0) > 0) return true;
    const polled = await lastPoll(this.client, namespace, rancherQueue(alias), 'activities');
    return isFresh(polled);
  }

  history(run: ListedRun): Promise<readonly RecordedEvent[] | null> {
    return readHistory(this.client, run);
  }
}
