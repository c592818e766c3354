"""ClustPy beside us: installed into a folder of its own, never into the package's environment."""
