import type { FastifyInstance } from 'fastify'
import type { Registry } from 'prom-client'

/** Each part that must stand before traffic makes sense, true when it does. */
export type Readiness = () => Record<string, boolean>

/** Some load balancers ask by HEAD. */
const probe = { exposeHeadRoute: true }

/** Outside the base and without sign-in: for the process supervisor, the load balancer and Prometheus. */
export function serveHealth(app: FastifyInstance, readiness: Readiness, metrics: Registry): void {
  app.get('/livez', probe, async () => ({ status: 'alive' }))
  app.get('/readyz', probe, async (_request, reply) => {
    const parts = readiness()
    const ready = Object.values(parts).every(Boolean)
    return reply.status(ready ? 200 : 503).send({ status: ready ? 'ready' : 'starting', parts })
  })
  app.get('/metrics', probe, async (_request, reply) => reply.type(metrics.contentType).send(await metrics.metrics()))
}
