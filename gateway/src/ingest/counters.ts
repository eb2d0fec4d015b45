import { Counter, Gauge, Histogram, type Registry } from 'prom-client'

/** What `/metrics` says about broker and ingest. Labels are bounded: no device ids. */
export function ingestCounters(registry: Registry) {
  const registers = [registry]
  const messages = new Counter({
    name: 'clearway_ingest_messages_total',
    help: 'messages by what became of them',
    labelNames: ['outcome'],
    registers,
  })
  return {
    connections: new Gauge({ name: 'clearway_mqtt_connections', help: 'open MQTT connections', registers }),
    refused: new Counter({
      name: 'clearway_mqtt_refused_total',
      help: 'connections refused or destroyed',
      labelNames: ['reason'],
      registers,
    }),
    breaches: new Counter({
      name: 'clearway_mqtt_topic_breaches_total',
      help: 'publishes and subscriptions outside a device’s own topics',
      labelNames: ['what'],
      registers,
    }),
    throttled: new Counter({
      name: 'clearway_mqtt_throttled_total',
      help: 'times a device sent faster than allowed and had to wait',
      registers,
    }),
    /** One for each outcome, since looking a label up costs more than counting. */
    messages: {
      inserted: messages.labels('inserted'),
      duplicate: messages.labels('duplicate'),
      quarantined: messages.labels('quarantined'),
      staleWill: messages.labels('stale-will'),
    },
    rejected: new Counter({
      name: 'clearway_ingest_rejected_total',
      help: 'messages put into quarantine',
      labelNames: ['reason'],
      registers,
    }),
    skewed: new Counter({
      name: 'clearway_ingest_clock_skew_total',
      help: 'messages whose device clock differed from the gateway’s',
      labelNames: ['beyond'],
      registers,
    }),
    batch: new Histogram({
      name: 'clearway_journal_batch_rows',
      help: 'rows of one commit',
      buckets: [1, 4, 16, 64, 256, 1024, 2000],
      registers,
    }),
    commit: new Histogram({
      name: 'clearway_journal_commit_seconds',
      help: 'duration of one commit, sync included',
      buckets: [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1],
      registers,
    }),
    commitFailures: new Counter({
      name: 'clearway_journal_commit_failures_total',
      help: 'commits that failed; their messages were not acknowledged',
      registers,
    }),
  }
}
export type IngestCounters = ReturnType<typeof ingestCounters>
