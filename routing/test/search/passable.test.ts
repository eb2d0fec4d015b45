import { describe, expect, it } from 'vitest'
import { passable } from '../../src/search/passable.ts'
import { roads } from '../roads.ts'

describe('a vehicle', () => {
  const network = roads('A-B 10s, B-C 10s, C-D 10s, D-E 10s')
  network.maxHeightM[network.arc('A>B')] = 3.8
  network.maxWidthM[network.arc('B>C')] = 2.5
  network.maxWeightT[network.arc('C>D')] = 7.5
  network.maxAxleLoadT[network.arc('D>E')] = 4

  const closed = (vehicle: Parameters<typeof passable>[1]) =>
    ['A>B', 'B>C', 'C>D', 'D>E', 'E>D'].filter((arc) => passable(network, vehicle)?.[network.arc(arc)] === 0)

  it.each([
    [{ heightM: 3.9 }, ['A>B']],
    [{ widthM: 2.55 }, ['B>C']],
    [{ weightT: 12 }, ['C>D']],
    [{ axleLoadT: 5 }, ['D>E']],
    [{ heightM: 4, widthM: 3, weightT: 18, axleLoadT: 10 }, ['A>B', 'B>C', 'C>D', 'D>E']],
  ])('of %o does not fit on %o', (vehicle, arcs) => expect(closed(vehicle)).toEqual(arcs))

  it('fits where it is exactly as high, wide and heavy as allowed', () => {
    expect(passable(network, { heightM: 3.8, widthM: 2.5, weightT: 7.5, axleLoadT: 4 })).toBeUndefined()
  })

  it('of unknown size is not looked at', () => expect(passable(network, {})).toBeUndefined())
})
