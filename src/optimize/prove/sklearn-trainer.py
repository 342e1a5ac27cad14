"""scikit-learn's side of the trainer comparison: src/optimize/prove/trainer.ts starts it and speaks to it.

Arguments: a folder with train-features.f32, train-labels.u8 and test-features.f32 (row-major, little-endian),
the number of features, then the settings as JSON. It answers each line of stdin with one line of JSON: `fit`
with the seconds a fit took by the wall and by the processor, `score` with its version after it has written the
last fit's log-odds of the test rows to test-logits.f64.
"""

import json
import sys
import time


def say(answer):
    print(json.dumps(answer), flush=True)


def main():
    try:
        import numpy
        import sklearn
        from sklearn.ensemble import HistGradientBoostingClassifier
    except ImportError as failure:
        say({"error": str(failure)})
        return
    folder, width, settings = sys.argv[1], int(sys.argv[2]), json.loads(sys.argv[3])
    train = numpy.fromfile(f"{folder}/train-features.f32", dtype="<f4").reshape(-1, width)
    labels = numpy.fromfile(f"{folder}/train-labels.u8", dtype="u1")
    test = numpy.fromfile(f"{folder}/test-features.f32", dtype="<f4").reshape(-1, width)
    model = None
    for line in sys.stdin:
        if line.strip() == "fit":
            model = HistGradientBoostingClassifier(early_stopping=False, **settings)
            wall, processor = time.perf_counter(), time.process_time()
            model.fit(train, labels)
            say({"wall": time.perf_counter() - wall, "processor": time.process_time() - processor})
        else:
            model.decision_function(test).astype("<f8").tofile(f"{folder}/test-logits.f64")
            say({"version": sklearn.__version__})


main()
