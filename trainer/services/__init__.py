"""Plain functions over tables and the pure layers: session, moment and seed are arguments; they flush, the edge commits."""
