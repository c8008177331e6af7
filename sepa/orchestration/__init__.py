"""What Airflow needs from us besides the DAGs: steps that tasks call, the inbox's wake-up, a supervisor, a demo."""
