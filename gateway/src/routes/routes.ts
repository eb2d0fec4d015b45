import type { Lot } from '@clearway/contracts'
import type { RouteEngine, Walks } from '@clearway/routing'
import type { Core, Feature } from '../core.ts'
import type { UnitBoard } from '../dispatch/unit-board.ts'
import { drivingRoutes } from './driving-routes.ts'
import { walkingRoutes } from './walking-routes.ts'

/** What answers are made from. */
interface RouteSources {
  /** Undefined until a road network has been imported. */
  engine: RouteEngine | undefined
  /** Undefined where the map has no ways for people on foot. */
  walks(): Walks | undefined
  units: Pick<UnitBoard, 'available'>
  lots(): readonly Lot[]
}

/** Ways by car and on foot, as asked for over HTTP. */
export const createRoutes = ({ network, city }: Core, { engine, walks, units, lots }: RouteSources): Feature => ({
  routes: [...drivingRoutes(network, engine, units), ...walkingRoutes(walks, city?.places ?? [], lots)],
})
