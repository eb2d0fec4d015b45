import { AuditEntry, AuditVerdict, Page, pageQuery } from '@clearway/contracts'
import { Type } from 'typebox'
import type { Feature } from '../core.ts'
import { route } from '../http/route.ts'
import type { AuditLog } from './log.ts'

/** Reading and checking the log over HTTP. */
export function createAudit(log: AuditLog): Feature {
  return {
    routes: [
      route({
        method: 'GET',
        path: '/audit',
        access: ['auditor'],
        summary: 'The audit log, oldest first',
        query: Type.Object(pageQuery),
        answer: Page(AuditEntry),
        handle: ({ query }) => log.page(query),
      }),
      route({
        method: 'GET',
        path: '/audit/verify',
        access: ['auditor'],
        summary: 'Recomputes the hash chain and names the first entry that was edited, removed or reordered',
        answer: AuditVerdict,
        handle: () => log.verify(),
      }),
    ],
  }
}
