Console.WriteLine("trafficcheck");
