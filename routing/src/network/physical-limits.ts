/** What a vehicle may measure at most: metres and metric tons; Infinity where no limit is known. */
export interface PhysicalLimits {
  heightM: number
  widthM: number
  weightT: number
  axleLoadT: number
}

export const noLimits: Readonly<PhysicalLimits> = {
  heightM: Number.POSITIVE_INFINITY,
  widthM: Number.POSITIVE_INFINITY,
  weightT: Number.POSITIVE_INFINITY,
  axleLoadT: Number.POSITIVE_INFINITY,
}

/** The narrower of two in every measure. */
export const narrowest = (a: PhysicalLimits, b: PhysicalLimits): PhysicalLimits => ({
  heightM: Math.min(a.heightM, b.heightM),
  widthM: Math.min(a.widthM, b.widthM),
  weightT: Math.min(a.weightT, b.weightT),
  axleLoadT: Math.min(a.axleLoadT, b.axleLoadT),
})
