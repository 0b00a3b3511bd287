from . import bench_person
