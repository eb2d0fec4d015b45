/** `npm run pictures`: draws again what the documentation shows of real runs. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { drawPreemption } from './pre-emption.ts'
import { drawRouteSearch } from './route-search.ts'

const docs = join(import.meta.dirname, '..', '..', 'docs')
writeFileSync(join(docs, 'pre-emption.svg'), drawPreemption())
writeFileSync(join(docs, 'route-search.svg'), await drawRouteSearch())
