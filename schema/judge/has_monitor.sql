-- Is there a monitor to compare the recording with?
SELECT EXISTS (SELECT 1 FROM monitor)
